//! The Python face of `heap-identity`. It wraps and decides nothing: verdicts, codes and texts are the core's.

use pyo3::pymodule;

/// The compiled half of the package.
#[pymodule(gil_used = false)]
mod _core {
    use pyo3::{
        Bound, PyResult,
        types::{PyModule, PyModuleMethods},
    };

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", heap_identity::VERSION)
    }
}
