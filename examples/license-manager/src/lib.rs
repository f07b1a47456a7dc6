//! What the walkthroughs share.
