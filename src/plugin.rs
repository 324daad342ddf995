//! The door for atest: gRPC `remote.Loader`, its pages, its listeners.
