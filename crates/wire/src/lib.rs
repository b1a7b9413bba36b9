//! The public JSON shapes, error codes and paths of the API, in both dialects.
