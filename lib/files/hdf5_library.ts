/** The HDF5 library. The build copies it to dist (scripts/bundle.mjs): of its package users need less than a third. */
export * from 'h5wasm/node';
