#pragma once
#include "binding/arguments.h"
#include "core/correction/waveforms.h"

namespace dant::binding {

/// waveforms: Float32Array | Float64Array (·, C, T); units: Int32Array; channels, samples: C, T.
inline Waveforms waveformsOf(const Arguments& arguments) {
  Waveforms waveforms;
  if (arguments.isFloat32("waveforms")) {
    waveforms.f32 = arguments.inPlace<float>("waveforms");
  } else {
    waveforms.f64 = arguments.inPlace<double>("waveforms");
  }
  waveforms.units = arguments.array<int32_t>("units");
  waveforms.channels = arguments.count("channels");
  waveforms.samples = arguments.count("samples");
  if (waveforms.size() == 0 || waveforms.size() != sizeOf({waveforms.channels, waveforms.samples}))
    arguments.fail("channels and samples", "at least one channel and one sample");
  return waveforms;
}

} // namespace dant::binding
