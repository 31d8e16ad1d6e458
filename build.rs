//! New migrations must reach the binary: `embed_migrations!` alone does not see them come.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
