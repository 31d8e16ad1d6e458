//! Simulated power cuts: copies of the data files at a random time, with the unsynchronised end of
//! the log cut off, zeroed or scrambled.

use std::{
    fs,
    ops::Range,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rand::{RngExt, rngs::StdRng};
use rustix::process::{Signal, kill_process};

use super::{
    at_length,
    journal::{Deed, Evidence, Rollback},
    stored::Stored,
    trial::Trial,
    verdict::{Fault, judge},
};

/// Bytes before the first frame of a log.
const LOG_HEAD: usize = 32;
/// Bytes before the page in each frame.
const FRAME_HEAD: usize = 24;
/// Where the index names how many frames a checkpoint has copied, or is about to copy.
const BACKFILLED: Range<usize> = 128..132;

/// The end of the log at some time.
#[derive(Clone, Copy)]
struct Mark {
    /// The salts, which change when the log restarts.
    salts: [u8; 8],
    /// The end of the last frame.
    end: usize,
}

/// The data files at one moment.
pub(super) struct Image {
    database: Vec<u8>,
    log: Vec<u8>,
    /// The end of the part of the log that is in the database already.
    backfilled: usize,
    /// The end of the part of the log that was synchronised when `deeds` were acknowledged. `None`
    /// if the log was restarted.
    synchronised: Option<usize>,
    /// Later acknowledgements may be missing.
    noted: Instant,
    /// The start of the trial, before any acknowledgement.
    began: Instant,
    deeds: Vec<Vec<Deed>>,
}

/// The damage to the end of the log.
#[derive(Debug, Clone, Copy)]
enum Tear {
    Truncated,
    Zeroed,
    Scrambled,
}

impl Trial {
    /// Copies the files while the process is stopped, so that all copies are of the same moment.
    pub(super) async fn image(&mut self) -> Image {
        let noted = Instant::now();
        let before = mark(&read(&self.log()));
        self.random_moment().await;
        let pid = self.pid();
        kill_process(pid, Signal::STOP).expect("it can be stopped");
        let (database, log) = (read(&self.database()), read(&self.log()));
        let index = read(&self.database().with_extension("sqlite3-shm"));
        kill_process(pid, Signal::CONT).expect("it goes on");
        let now = mark(&log);
        let frame = FRAME_HEAD + page_len(&log);
        let backfilled = index.get(BACKFILLED).map_or(0, |bytes| {
            u32::from_ne_bytes(bytes.try_into().expect("four bytes"))
        });
        Image {
            database,
            log,
            backfilled: LOG_HEAD + frame * usize::try_from(backfilled).expect("a count"),
            synchronised: (before.salts == now.salts).then_some(before.end),
            noted,
            began: self.began,
            deeds: self.shared.deeds(),
        }
    }

    fn log(&self) -> PathBuf {
        self.database().with_extension("sqlite3-wal")
    }
}

impl Image {
    /// Judges the image as it is, and with its log damaged in random ways.
    pub(super) fn faults(&self, folder: &Path, rng: &mut StdRng) -> Vec<Fault> {
        // The whole log has everything that was acknowledged before the copy.
        let mut faults = self.judge(folder, &self.log, Instant::now());
        for tear in [Tear::Truncated, Tear::Zeroed, Tear::Scrambled] {
            // Acknowledged data is synchronised, and stays.
            if let Some(synchronised) = self.synchronised {
                let from = synchronised.max(self.backfilled).min(self.log.len());
                let log = self.torn(tear, rng.random_range(from..=self.log.len()), rng);
                faults.extend(self.judge(folder, &log, self.noted));
            }
            // A disk that lies about that loses more, but never the middle.
            let from = self.backfilled.min(self.log.len());
            let log = self.torn(tear, rng.random_range(from..=self.log.len()), rng);
            faults.extend(self.judge(folder, &log, self.began));
        }
        faults
    }

    fn torn(&self, tear: Tear, at: usize, rng: &mut StdRng) -> Vec<u8> {
        let (kept, lost) = self.log.split_at(at);
        let end = match tear {
            Tear::Truncated => Vec::new(),
            Tear::Zeroed => vec![0; lost.len()],
            Tear::Scrambled => lost.iter().map(|_| rng.random()).collect(),
        };
        [kept, &end].concat()
    }

    /// Opens the files as the next start would. Acknowledgements after `floor` may be missing.
    fn judge(&self, folder: &Path, log: &[u8], floor: Instant) -> Vec<Fault> {
        let database = folder.join("image.sqlite3");
        for (end, bytes) in [("sqlite3", &self.database[..]), ("sqlite3-wal", log)] {
            fs::write(database.with_extension(end), bytes).expect("the copy");
        }
        fs::remove_file(database.with_extension("sqlite3-shm")).ok();
        let evidence = Evidence {
            writers: self.deeds.clone(),
            readers: Vec::new(),
            rollbacks: vec![Rollback {
                backup_began: floor,
                restored: Instant::now() + Duration::from_secs(1),
            }],
        };
        judge(&evidence, &Stored::read(&database))
    }
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_default()
}

/// The size of a page, as the head of the log names it.
fn page_len(log: &[u8]) -> usize {
    let field = log
        .get(8..12)
        .map_or([0; 4], |bytes| bytes.try_into().expect("four bytes"));
    usize::try_from(u32::from_be_bytes(field)).expect("a size")
}

/// Returns the end of the valid frames of the log.
fn mark(log: &[u8]) -> Mark {
    let Some(salts) = log.get(16..24) else {
        return Mark {
            salts: [0; 8],
            end: 0,
        };
    };
    let frame = FRAME_HEAD + page_len(log);
    let is_present = |frame: &&[u8]| frame.get(8..16) == Some(salts);
    let frames = log[LOG_HEAD..].chunks_exact(frame).take_while(is_present);
    Mark {
        salts: salts.try_into().expect("eight bytes"),
        end: LOG_HEAD + frame * frames.count(),
    }
}

#[actix_web::test]
async fn images_of_a_power_cut_hold_what_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut trial = Trial::begin("power cut", None).await;
    let mut rng = trial.rng();
    // Each image is opened seven times.
    for i in 0..at_length(3, 100) {
        let image = trial.image().await;
        let faults = image.faults(folder.path(), &mut rng);
        assert!(
            faults.is_empty(),
            "image {i}: {}: {faults:?}",
            trial.seed.words()
        );
    }
    trial.end().await;
}
