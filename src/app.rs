//! Builds everything from one checked config, starts the doors, stops in order.
