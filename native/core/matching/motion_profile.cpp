#include "core/matching/motion_profile.h"

#include "core/graph/union_find.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace dant {

namespace {

constexpr double modeSigmaUm = 6, nearModeUm = 15, keptUm = 40, robustScaleUm = 5, sliceUm = 100;
constexpr int folds = 5, reweightings = 25;
constexpr size_t matchesPerKnot = 10; // for each session, at least

struct Match {
  size_t a, b;
  double depth, shift;
};

/// Mode of the density of the matches' shifts, on a grid of 1 µm.
double modeOf(const std::vector<Match>& matches, double maxShiftUm) {
  double mode = 0, highest = -1;
  for (double at = -maxShiftUm; at <= maxShiftUm; ++at) {
    double density = 0;
    for (const auto& match : matches) {
      const double z = (match.shift - at) / modeSigmaUm;
      if (std::abs(z) < 6) density += std::exp(-0.5 * z * z);
    }
    if (density > highest) {
      highest = density;
      mode = at;
    }
  }
  return mode;
}

/// The matches near the mode of their pair of sessions; none of pairs whose mode may be chance (more matches near it
/// than shifts spread evenly would give, by 4 standard deviations).
std::vector<Match> plausibleMatches(const Job& job, const MatchedDepths& given, double maxShiftUm) {
  std::vector<std::vector<Match>> ofPair(given.sessions * given.sessions);
  for (size_t m = 0; m < given.sessionA.size(); ++m) {
    Match match{static_cast<size_t>(given.sessionA[m]), static_cast<size_t>(given.sessionB[m]),
                (given.depthAUm[m] + given.depthBUm[m]) / 2, given.depthBUm[m] - given.depthAUm[m]};
    if (match.a >= given.sessions || match.b >= given.sessions) throw InputError("A match names an unknown session.");
    if (match.a > match.b) {
      std::swap(match.a, match.b);
      match.shift = -match.shift;
    }
    if (match.a != match.b) ofPair[match.a * given.sessions + match.b].push_back(match);
  }
  std::vector<Match> plausible;
  for (const auto& matches : ofPair) {
    job.throwIfAborted();
    if (matches.empty()) continue;
    const double mode = modeOf(matches, maxShiftUm);
    const auto near = std::count_if(matches.begin(), matches.end(),
                                    [&](const Match& m) { return std::abs(m.shift - mode) <= nearModeUm; });
    const double chance = static_cast<double>(matches.size()) * nearModeUm / maxShiftUm;
    if (static_cast<double>(near) < chance + 4 * std::sqrt(chance) + 2) continue;
    std::copy_if(matches.begin(), matches.end(), std::back_inserter(plausible),
                 [&](const Match& m) { return std::abs(m.shift - mode) <= keptUm; });
  }
  return plausible;
}

struct Fit {
  std::vector<double> knots;
  Eigen::VectorXd shifts;   ///< (S·K)
  Eigen::VectorXd variance; ///< (S·K)

  /// The two knots around a depth and the share of the second.
  std::pair<size_t, double> place(double depth) const {
    if (knots.size() == 1 || depth <= knots.front()) return {0, 0};
    if (depth >= knots.back()) return {knots.size() - 2, 1};
    const double at = (depth - knots.front()) / (knots[1] - knots[0]);
    const auto k = std::min(static_cast<size_t>(at), knots.size() - 2);
    return {k, at - static_cast<double>(k)};
  }

  struct Term {
    Eigen::Index index;
    double factor;
  };
  std::array<Term, 4> terms(const Match& match) const {
    const auto [k, share] = place(match.depth);
    const size_t next = knots.size() == 1 ? k : k + 1;
    const auto at = [&](size_t session, size_t knot) {
      return static_cast<Eigen::Index>(session * knots.size() + knot);
    };
    return {{{at(match.b, k), 1 - share},
             {at(match.b, next), share},
             {at(match.a, k), share - 1},
             {at(match.a, next), -share}}};
  }
  double residual(const Match& match) const {
    double r = match.shift;
    for (const auto& [index, factor] : terms(match)) r -= factor * shifts[index];
    return r;
  }
};

int sliceOf(double depth) { return static_cast<int>(std::floor(depth / sliceUm)); }

double robustWeight(double residual) {
  const double z = residual / robustScaleUm;
  return 1 / ((1 + z * z) * (1 + z * z));
}

/// Covariance of the shifts (Huber 1967), by slices of depth: the many matches of a neuron share its own movement and
/// are not independent. `normal` is the factored sum of the weighted squares.
Eigen::MatrixXd errorCovariance(const std::vector<Match>& matches, const Fit& fit,
                                const Eigen::LDLT<Eigen::MatrixXd>& normal) {
  const Eigen::Index size = fit.shifts.size();
  std::map<int, Eigen::VectorXd> scores;
  double weights = 0, slopes = 0;
  for (const auto& match : matches) {
    const double residual = fit.residual(match), weight = robustWeight(residual), z = residual / robustScaleUm;
    weights += weight;
    slopes += weight * (1 - 3 * z * z) / (1 + z * z); // of weight · residual
    auto& score = scores.try_emplace(sliceOf(match.depth), Eigen::VectorXd::Zero(size)).first->second;
    for (const auto& [index, factor] : fit.terms(match)) score[index] += weight * residual * factor;
  }
  Eigen::MatrixXd moved(size, static_cast<Eigen::Index>(scores.size()));
  Eigen::Index column = 0;
  for (const auto& [slice, score] : scores) moved.col(column++) = normal.solve(score);
  const double flatness = std::clamp(slopes / std::max(weights, 1e-9), 0.2, 1.0);
  const auto slices = static_cast<double>(scores.size());
  return moved * moved.transpose() * (slices / std::max(1.0, slices - 1) / (flatness * flatness));
}

Fit fit(const Job& job, const std::vector<Match>& matches, size_t sessions, size_t knotCount, double low, double high) {
  Fit result;
  for (size_t k = 0; k < knotCount; ++k) {
    result.knots.push_back(knotCount == 1
                               ? (low + high) / 2
                               : low + (high - low) * static_cast<double>(k) / static_cast<double>(knotCount - 1));
  }
  const auto size = static_cast<Eigen::Index>(sessions * knotCount);
  result.shifts = Eigen::VectorXd::Zero(size);
  for (int round = 0; round < reweightings; ++round) {
    job.throwIfAborted();
    Eigen::MatrixXd normal = Eigen::MatrixXd::Zero(size, size);
    Eigen::VectorXd right = Eigen::VectorXd::Zero(size);
    for (const auto& match : matches) {
      // All count alike at first; the mode has kept the worst away.
      const double residual = result.residual(match), weight = round == 0 ? 1 : robustWeight(residual);
      const auto terms = result.terms(match);
      for (const auto& a : terms) {
        right[a.index] += weight * a.factor * match.shift;
        for (const auto& b : terms) normal(a.index, b.index) += weight * a.factor * b.factor;
      }
    }
    // Where no match is, a knot follows its neighbour; what no data decide is 0.
    constexpr double gauge = 1e-6, smoothness = 0.1;
    normal.diagonal().array() += gauge;
    for (size_t s = 0; s < sessions; ++s) {
      for (size_t k = 0; k + 1 < knotCount; ++k) {
        const auto a = static_cast<Eigen::Index>(s * knotCount + k);
        normal(a, a) += smoothness;
        normal(a + 1, a + 1) += smoothness;
        normal(a, a + 1) -= smoothness;
        normal(a + 1, a) -= smoothness;
      }
    }
    const Eigen::LDLT<Eigen::MatrixXd> factored(normal);
    const Eigen::VectorXd before = result.shifts;
    result.shifts = factored.solve(right);
    const bool settled = round > 0 && (result.shifts - before).cwiseAbs().maxCoeff() < 1e-4;
    if (settled || round + 1 == reweightings) {
      // The common shift, which the gauge alone holds, is no uncertainty of the motion.
      const Eigen::MatrixXd covariance = errorCovariance(matches, result, factored);
      result.variance = Eigen::VectorXd::Zero(size);
      for (size_t k = 0; k < knotCount; ++k) {
        for (size_t s = 0; s < sessions; ++s) {
          const auto at = static_cast<Eigen::Index>(s * knotCount + k);
          double own = covariance(at, at), mean = 0, all = 0;
          for (size_t r = 0; r < sessions; ++r) {
            mean += covariance(at, static_cast<Eigen::Index>(r * knotCount + k));
            for (size_t q = 0; q < sessions; ++q)
              all += covariance(static_cast<Eigen::Index>(r * knotCount + k),
                                static_cast<Eigen::Index>(q * knotCount + k));
          }
          const auto n = static_cast<double>(sessions);
          result.variance[at] = std::max(0.0, own - 2 * mean / n + all / (n * n));
        }
      }
      break;
    }
  }
  return result;
}

/// Sum of the robust loss of matches that the fit has not seen, by slice of depth.
std::map<int, double> crossValidate(const Job& job, const std::vector<Match>& matches, size_t sessions, size_t knots,
                                    double low, double high) {
  std::map<int, double> losses;
  for (int fold = 0; fold < folds; ++fold) {
    std::vector<Match> seen, heldOut;
    for (const auto& match : matches) {
      // By depth, so that the matches of a neuron are held out together: what they share is no motion.
      const int slice = sliceOf(match.depth);
      ((slice % folds + folds) % folds == fold ? heldOut : seen).push_back(match);
    }
    const Fit fitted = fit(job, seen, sessions, knots, low, high);
    for (const auto& match : heldOut) {
      const double z = fitted.residual(match) / robustScaleUm;
      losses[sliceOf(match.depth)] += z * z / (1 + z * z);
    }
  }
  return losses;
}

double total(const std::map<int, double>& losses) {
  double sum = 0;
  for (const auto& [slice, loss] : losses) sum += loss;
  return sum;
}

/// Whether the losses are larger by no more than one standard error, slices being independent.
bool asGoodAs(const std::map<int, double>& losses, const std::map<int, double>& best) {
  const double slices = static_cast<double>(best.size()), mean = (total(losses) - total(best)) / slices;
  double squares = 0;
  for (const auto& [slice, loss] : losses) {
    const double more = loss - best.at(slice) - mean;
    squares += more * more;
  }
  return mean * slices <= std::sqrt(squares * slices / std::max(1.0, slices - 1));
}

std::vector<int32_t> connectedSessions(const std::vector<Match>& matches, size_t sessions) {
  UnionFind connected(sessions);
  for (const auto& match : matches) connected.join(static_cast<int32_t>(match.a), static_cast<int32_t>(match.b));
  return numberedSets(connected);
}

} // namespace

MotionProfile fitMotionProfile(const Job& job, const MatchedDepths& given, const MotionProfileOptions& options) {
  const size_t sessions = given.sessions;
  const auto matches = plausibleMatches(job, given, options.maxShiftUm);
  MotionProfile profile;
  profile.component = connectedSessions(matches, sessions);
  if (matches.empty()) {
    profile.knotDepthsUm = {0};
    profile.shiftsUm.assign(sessions, 0);
    profile.halfWidthUm.assign(sessions, 0);
    return profile;
  }
  const auto [shallow, deep] = std::minmax_element(matches.begin(), matches.end(),
                                                   [](const Match& a, const Match& b) { return a.depth < b.depth; });
  const double low = shallow->depth, high = deep->depth;
  struct Candidate {
    size_t knots;
    std::map<int, double> losses;
  };
  std::vector<Candidate> candidates;
  for (const size_t knots : {1, 2, 3, 5, 9}) {
    const bool supported = matches.size() >= matchesPerKnot * knots * sessions && high > low;
    if (knots > 1 && (knots > static_cast<size_t>(options.maxKnots) || !supported)) break;
    candidates.push_back({knots, crossValidate(job, matches, sessions, knots, low, high)});
  }
  const auto best = std::min_element(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return total(a.losses) < total(b.losses);
  });
  const auto chosen = std::find_if(candidates.begin(), candidates.end(),
                                   [&](const Candidate& c) { return asGoodAs(c.losses, best->losses); });
  const Fit fitted = fit(job, matches, sessions, chosen->knots, low, high);

  const size_t knots = chosen->knots;
  profile.knotDepthsUm = fitted.knots;
  profile.shiftsUm.assign(fitted.shifts.begin(), fitted.shifts.end());
  for (const double variance : fitted.variance) profile.halfWidthUm.push_back(1.96 * std::sqrt(variance));
  const auto components = *std::max_element(profile.component.begin(), profile.component.end()) + 1;
  for (int32_t c = 0; c < components; ++c) {
    for (size_t k = 0; k < knots; ++k) {
      double sum = 0, count = 0;
      for (size_t s = 0; s < sessions; ++s) {
        if (profile.component[s] != c) continue;
        sum += profile.shiftsUm[s * knots + k];
        ++count;
      }
      for (size_t s = 0; s < sessions; ++s) {
        if (profile.component[s] == c) profile.shiftsUm[s * knots + k] -= sum / count;
      }
    }
  }
  return profile;
}

} // namespace dant
