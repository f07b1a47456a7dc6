//! Services and rules of the license manager.
