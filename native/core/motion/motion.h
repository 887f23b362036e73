#pragma once
#include "core/job/job.h"

#include <cstdint>
#include <span>
#include <vector>

namespace dant {

/// Matched units of different sessions, one entry per pair. Sessions are 0-based.
struct MatchedDepths {
  std::span<const int32_t> sessionA, sessionB;
  std::span<const double> depthAUm, depthBUm;
  size_t sessions = 0;
};

/// Probe motion p(s, d) = 0.001·linear[s]·d + constantUm[s], d the depth in µm.
struct Motion {
  std::vector<double> linear, constantUm;
};

struct MotionEstimate {
  Motion motion;
  Motion low, high; ///< bounds of the 95 % bootstrap intervals, per session
  /// Component of the session graph that each session belongs to, numbered from 0 by first session. Motion between
  /// components is not known: each has mean 0.
  std::vector<int32_t> component;
};

struct MotionOptions {
  bool linear = false;
  int resamples = 100;
  uint64_t seed = 0;
};

/// Least squares of p(s_b, d) − p(s_a, d) = depth_b − depth_a over the pairs, d the pair's mean depth.
/// Rigid: then the mean over sessions is taken off. Linear: the first session is held at 0 while solving, then the mean
/// over sessions of p(s, mean d) is taken off the constants. What the pairs leave open is solved with the smallest
/// norm. The pairs enter as sums per pair of sessions, so that a resample costs one pass over the pairs.
MotionEstimate estimateMotion(const Job& job, const MatchedDepths& pairs, const MotionOptions& options);

} // namespace dant
