//! The door for people and machines: health, metrics, questions, administration; who may use which.
