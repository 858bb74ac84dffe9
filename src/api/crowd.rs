//! Who may stay when it gets crowded: a connection that has proved nothing makes room for a new one. First those that have
//! asked nothing, the oldest first; then those that have asked without a valid token. So idle connections of nobody cannot
//! shut counselors out.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

/// What one connection has shown of itself. Its requests carry it.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing(Arc<Shown>);

#[derive(Debug, Default)]
struct Shown {
    has_asked: AtomicBool,
    is_proved: AtomicBool,
}

impl Standing {
    /// A request has come.
    pub(super) fn asks(&self) {
        self.0.has_asked.store(true, Ordering::Relaxed);
    }

    pub(super) fn has_asked(&self) -> bool {
        self.0.has_asked.load(Ordering::Relaxed)
    }

    /// A request has brought a valid token.
    pub(super) fn proves(&self) {
        self.0.is_proved.store(true, Ordering::Relaxed);
    }

    fn is_proved(&self) -> bool {
        self.0.is_proved.load(Ordering::Relaxed)
    }
}

/// The connections of one listener.
#[derive(Debug)]
pub(super) struct Crowd {
    most: usize,
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    next: u64,
    guests: BTreeMap<u64, (Standing, CancellationToken)>,
}

/// A connection's place; free again when it is dropped.
pub(super) struct Place {
    crowd: Arc<Crowd>,
    number: u64,
    pub(super) standing: Standing,
    /// Cancelled: it has to make room.
    pub(super) leave: CancellationToken,
}

impl Crowd {
    pub(super) fn of(most: usize) -> Arc<Crowd> {
        Arc::new(Crowd { most, inside: Mutex::default() })
    }

    /// Whether a new connection finds room, or somebody who has to make it.
    pub(super) fn has_room(&self) -> bool {
        let inside = self.lock();
        inside.guests.len() < self.most || inside.least().is_some()
    }

    /// Lets a new connection in. If it is crowded, another one has to leave.
    pub(super) fn enter(self: &Arc<Self>) -> Place {
        let mut inside = self.lock();
        if inside.guests.len() >= self.most
            && let Some((_, leave)) = inside.least().and_then(|number| inside.guests.remove(&number))
        {
            leave.cancel();
        }
        let (number, standing, leave) = (inside.next, Standing::default(), CancellationToken::new());
        inside.next += 1;
        inside.guests.insert(number, (standing.clone(), leave.clone()));
        drop(inside);
        Place { crowd: Arc::clone(self), number, standing, leave }
    }

    /// Ignores poison: the map is whole at any time.
    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    /// Who leaves first; `None` if all have proved who they are.
    fn least(&self) -> Option<u64> {
        let unproved = self.guests.iter().filter(|(_, (standing, _))| !standing.is_proved());
        unproved
            .min_by_key(|(number, (standing, _))| (standing.has_asked(), **number))
            .map(|(number, _)| *number)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.crowd.lock().guests.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_proved_nothing_leaves_first() {
        let crowd = Crowd::of(4);
        let places: Vec<Place> = (0..4).map(|_| crowd.enter()).collect();
        // 0 has a token, 1 has asked, 2 and 3 are silent.
        places[0].standing.asks();
        places[0].standing.proves();
        places[1].standing.asks();
        let gone = || places.iter().map(|place| place.leave.is_cancelled()).collect::<Vec<_>>();
        let mut late = Vec::new();
        for (expected, proves) in
            [(vec![false, false, true, false], true), (vec![false, false, true, true], true)]
        {
            assert!(crowd.has_room());
            let place = crowd.enter();
            if proves {
                place.standing.proves();
            }
            late.push(place);
            assert_eq!(gone(), expected);
        }
        late.push(crowd.enter());
        assert_eq!(gone(), [false, true, true, true]);
        assert!(late.iter().all(|place| !place.leave.is_cancelled()));
        late[2].standing.proves();
        assert!(!crowd.has_room(), "everybody here has a token");
        late.pop();
        assert!(crowd.has_room());
    }
}
