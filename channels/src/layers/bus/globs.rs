//! Shell patterns over whole names, as Python's `fnmatch`.

/// Whether the whole name matches: `*` any text, `?` one character, `[abc]`, `[a-z]` and `[!a]`
/// one of a set. A bracket that is never closed stands for itself.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut at, mut from) = (0, 0);
    // Where to continue (backtrack) if the pattern after the last `*` does not match.
    let mut retry: Option<(usize, usize)> = None;
    while from < name.len() {
        if pattern.get(at) == Some(&'*') {
            retry = Some((at + 1, from));
            at += 1;
        } else if let Some(len) = one(&pattern[at..], name[from]) {
            at += len;
            from += 1;
        } else if let Some((after_star, begin)) = retry {
            retry = Some((after_star, begin + 1));
            (at, from) = (after_star, begin + 1);
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

/// The length of the part of the pattern that matches this one character.
fn one(pattern: &[char], found: char) -> Option<usize> {
    match pattern.first()? {
        '?' => Some(1),
        '[' => match set(pattern) {
            Some((members, negated, len)) => (contains(members, found) != negated).then_some(len),
            None => (found == '[').then_some(1),
        },
        literal => (*literal == found).then_some(1),
    }
}

/// The contents of brackets, whether they are negated, and the total length.
fn set(pattern: &[char]) -> Option<(&[char], bool, usize)> {
    let negated = pattern.get(1) == Some(&'!');
    let begin = if negated { 2 } else { 1 };
    // A `]` right at the beginning is a member.
    let end = pattern.iter().skip(begin + 1).position(|c| *c == ']')? + begin + 1;
    Some((&pattern[begin..end], negated, end + 1))
}

fn contains(members: &[char], found: char) -> bool {
    match members {
        [low, '-', high, rest @ ..] => (*low..=*high).contains(&found) || contains(rest, found),
        [one, rest @ ..] => *one == found || contains(rest, found),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_are_those_of_the_shell_and_match_whole_names() {
        let yes = [
            ("*", ""),
            ("http.*", "http.request"),
            ("a*b*c", "a-b-b-c"),
            ("a?c", "abc"),
            ("[ab]x", "bx"),
            ("[!ab]x", "cx"),
            ("[a-f0-9]", "7"),
            ("[]]", "]"),
            ("[", "["),
            ("*!*", "specific.p!l"),
        ];
        for (pattern, name) in yes {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        let no = [
            ("", "a"),
            ("http.", "http.request"),
            ("a?c", "ac"),
            ("[ab]x", "cx"),
            ("[!ab]x", "ax"),
            ("*a", "b"),
            ("A", "a"),
        ];
        for (pattern, name) in no {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn many_stars_do_not_take_for_ever() {
        let pattern = "*a".repeat(40);
        assert!(!matches(&pattern, &"a".repeat(39)));
    }
}
