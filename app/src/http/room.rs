//! How many connections an address may have at a time: who has many of them leaves room for the others.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The connections of each address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Room(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// A connection of an address, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    room: Room,
    from: IpAddr,
}

impl Room {
    /// A place for one more; none where the address has `most` already.
    pub(crate) fn enter(&self, from: IpAddr, most: usize) -> Option<Place> {
        let from = house(from);
        let mut places = self.places();
        let taken = places.entry(from).or_default();
        if *taken >= most {
            return None;
        }
        *taken += 1;
        Some(Place { room: self.clone(), from })
    }

    fn places(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.room.places();
        let left = places.get(&self.from).map_or(0, |taken| taken.saturating_sub(1));
        if left == 0 {
            places.remove(&self.from);
        } else {
            places.insert(self.from, left);
        }
    }
}

/// Who has one address of version 6 has 2^64 of them.
pub(crate) fn house(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_takes_so_many_places_and_gives_them_back() {
        let (room, one, other) = (Room::default(), IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let mut places: Vec<Place> = (0..16).filter_map(|_| room.enter(one, 16)).collect();
        assert_eq!(places.len(), 16);
        assert!(room.enter(one, 16).is_none());
        assert!(room.enter(other, 16).is_some(), "others are not kept out by it");
        places.pop();
        places.push(room.enter(one, 16).unwrap());
        assert!(room.enter(one, 16).is_none());
        drop(places);
        assert!(room.places().is_empty(), "who left is forgotten");
    }

    #[test]
    fn a_network_of_version_6_is_one_address() {
        let of = |network, last| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 1, network, 0, 0, 0, last));
        assert_eq!(house(of(1, 1)), house(of(1, 2)));
        assert_ne!(house(of(1, 1)), house(of(2, 1)));
        let mapped: IpAddr = "::ffff:192.0.2.1".parse().unwrap();
        assert_eq!(house(mapped), IpAddr::from([192, 0, 2, 1]));
    }
}
