//! Journeys, faults, attacks and layering: what the tests of several crates share.
