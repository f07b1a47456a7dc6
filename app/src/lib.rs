//! The program `licentia`: commands, configuration, wiring and the printing of errors.
