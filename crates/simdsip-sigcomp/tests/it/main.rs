//! The crate against the vectors of the RFCs, a second endpoint and other programs.

mod capture;
mod edge;
mod flow;
mod hostile;
mod loss;
mod mend;
mod native;
mod quotient;
mod rfc4464;
mod rfc4465;
mod tshark;
mod vectors;
