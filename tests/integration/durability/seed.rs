//! Reproducible random choices: `DURABILITY_SEED` repeats those of an earlier run. Clock and
//! scheduler are not repeated.

use std::env;

use rand::{SeedableRng, rngs::StdRng};

/// The seed of all choices in one trial.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seed(u64);

impl Seed {
    /// Returns the seed from the environment, or a new one.
    pub(super) fn choose() -> Self {
        let given = env::var("DURABILITY_SEED").ok();
        Self(given.map_or_else(rand::random, |text| {
            text.parse().expect("DURABILITY_SEED is a number")
        }))
    }

    /// Returns an independent random number generator for part `part` of the trial.
    pub(super) fn rng(self, part: u64) -> StdRng {
        StdRng::seed_from_u64(
            self.0
                .wrapping_add(part.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
        )
    }

    /// Returns how to run the same choices again.
    pub(super) fn words(self) -> String {
        format!("DURABILITY_SEED={}", self.0)
    }
}
