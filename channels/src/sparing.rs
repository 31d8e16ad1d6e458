//! Lists of which there are many, and in most of which there is one entry.

/// Adds an entry; the first gets room for no more, where a `Vec` would take room for four.
pub(crate) fn push<T>(entries: &mut Vec<T>, entry: T) {
    if entries.is_empty() {
        entries.reserve_exact(1);
    }
    entries.push(entry);
}

#[cfg(test)]
mod tests {
    #[test]
    fn one_entry_has_room_for_one() {
        let mut entries = Vec::new();
        super::push(&mut entries, 1_u64);
        assert_eq!((entries.len(), entries.capacity()), (1, 1));
        super::push(&mut entries, 2);
        assert_eq!(entries, [1, 2]);
    }
}
