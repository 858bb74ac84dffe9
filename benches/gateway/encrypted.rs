//! What encryption at rest costs: the same work with a key and without one, in turn.

use munja::domain::data_key::{CAN_ENCRYPT, DataKey, DataKeys};
use munja::store::{Store, StoreOptions};

use crate::cycles::cycles;
use crate::sheet::{Sheet, median};
use crate::stored::{Look, fill_with, looks};

const ROUNDS: usize = 3;
/// Many enough that a list and a search read from the file.
const STORED: usize = 200_000;

pub async fn measure(sheet: &mut Sheet, n: usize) {
    if !CAN_ENCRYPT {
        return sheet.note("the cost of encryption at rest", "not run: --features sqlcipher");
    }
    let key = DataKeys::of(DataKey::new(rand::random()));
    let [plain, sealed] =
        [DataKeys::none(), key].map(|keys| StoreOptions { keys, ..StoreOptions::default() });
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let without = cycles(n, plain.clone(), None).await;
        ratios.push(cycles(n, sealed.clone(), None).await / without);
    }
    sheet.note("full cycles with a key, against without", &format!("{:.2}", median(ratios)));
    let (one, other) = (Filled::new(&plain).await, Filled::new(&sealed).await);
    for (look, what) in [(Look::List, "listings"), (Look::Search, "searches")] {
        let mut ratios = Vec::new();
        for _ in 0..ROUNDS {
            let without = looks(&one.store, look, true).await;
            ratios.push(looks(&other.store, look, true).await / without);
        }
        sheet.note(&format!("{what} with a key, against without"), &format!("{:.2}", median(ratios)));
    }
}

/// A large database, with its index of words.
struct Filled {
    store: Store,
    _folder: tempfile::TempDir,
}

impl Filled {
    async fn new(options: &StoreOptions) -> Filled {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("munja.db");
        fill_with(&path, STORED, options);
        let store = Store::open(&path, options).unwrap();
        while store.index_lag().await.unwrap() > 0 {
            store.index_some().await.unwrap();
        }
        Filled { store, _folder: folder }
    }
}
