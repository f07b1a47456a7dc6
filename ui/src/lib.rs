//! The screen: a ratatui front end over the services.
