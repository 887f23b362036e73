#include "core/motion/motion_fit.h"

#include "core/graph/union_find.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <map>

namespace dant {

namespace {

using Index = Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int rounds = 30;
/// What has no matches stays where it is; a slope or bend that few matches tell of is small: a twentieth of a neuron.
constexpr double shiftRidge = 1e-6, termRidge = 0.05;
constexpr double mostLeverage = 0.9;

/// (units) how much the matches of a unit weigh together
std::vector<double> unitWeights(const WeightedMatches& matches) {
  int32_t last = -1;
  for (const auto units : {matches.unitA, matches.unitB})
    for (const int32_t unit : units) last = std::max(last, unit);
  std::vector<double> sums(static_cast<size_t>(last) + 1);
  for (size_t m = 0; m < matches.weights.size(); ++m) {
    sums[static_cast<size_t>(matches.unitA[m])] += matches.weights[m];
    sums[static_cast<size_t>(matches.unitB[m])] += matches.weights[m];
  }
  return sums;
}

/// (M) neuron of each match, from 0: matches that share units, also through others, are one neuron's.
std::vector<size_t> neuronsOf(const WeightedMatches& matches, size_t units) {
  UnionFind sets(units);
  for (size_t m = 0; m < matches.weights.size(); ++m) sets.attach(matches.unitA[m], matches.unitB[m]);
  std::map<int32_t, size_t> names;
  std::vector<size_t> neurons;
  for (const int32_t unit : matches.unitA)
    neurons.push_back(names.try_emplace(sets.root(unit), names.size()).first->second);
  return neurons;
}

/// A match: the second session's terms count with +, the first one's with −.
struct Row {
  Index a, b;
  TermValues terms;
  double difference, weight;
};

class Fit {
public:
  Fit(const WeightedMatches& matches, const DepthTerms& terms, double scaleUm, const MatrixXd& contrasts,
      const MatrixXd& start)
      : terms_(terms.count), sessions_(contrasts.rows()), scaleUm_(scaleUm),
        projection_(MatrixXd::Zero(terms_ * contrasts.rows(), terms_ * contrasts.cols())) {
    const auto sums = unitWeights(matches);
    neurons_ = neuronsOf(matches, sums.size());
    for (size_t m = 0; m < matches.weights.size(); ++m) {
      const double ofA = sums[static_cast<size_t>(matches.unitA[m])], ofB = sums[static_cast<size_t>(matches.unitB[m])];
      rows_.push_back({matches.sessionA[m], matches.sessionB[m],
                       terms.at((matches.depthAUm[m] + matches.depthBUm[m]) / 2),
                       matches.depthBUm[m] - matches.depthAUm[m], matches.weights[m] / (1 + (ofA + ofB) / 2)});
    }
    const Index q = contrasts.cols();
    begin_.resize(terms_ * q);
    ridge_ = VectorXd::Constant(terms_ * q, termRidge);
    ridge_.head(q).setConstant(shiftRidge);
    for (Index t = 0; t < terms_; ++t) {
      projection_.block(t * sessions_, t * q, sessions_, q) = contrasts;
      begin_.segment(t * q, q) = contrasts.transpose() * start.row(t).transpose();
    }
    coefficients_ = begin_;
    begin_.tail((terms_ - 1) * q).setZero();
  }

  void step() {
    VectorXd pull = VectorXd::Zero(terms_ * sessions_);
    const VectorXd motion = projection_ * coefficients_;
    for (const auto& row : rows_) add(pull, row, row.weight * weightAt(residual(row, motion)) * residual(row, motion));
    const VectorXd gradient = projection_.transpose() * pull - ridge_.cwiseProduct(coefficients_ - begin_);
    coefficients_ += information([&](double r) { return weightAt(r); }).ldlt().solve(gradient);
  }

  MotionFit result() const {
    MotionFit fit{coefficients_, {}, MatrixXd::Zero(terms_, terms_), {}};
    const VectorXd motion = projection_ * coefficients_;
    const MatrixXd full = information([&](double r) { return weightAt(r); });
    const MatrixXd curved = information([&](double r) { return slopeAt(r); });
    const auto positive = curved.ldlt();
    const bool isCurved = positive.isPositive() && positive.vectorD().minCoeff() > shiftRidge / 2;
    const MatrixXd inverse = (isCurved ? curved : full).ldlt().solve(MatrixXd::Identity(full.rows(), full.cols()));

    const size_t neurons = neurons_.empty() ? 0 : *std::max_element(neurons_.begin(), neurons_.end()) + 1;
    MatrixXd scores = MatrixXd::Zero(terms_ * sessions_, static_cast<Index>(neurons));
    std::vector<double> leverage(neurons);
    std::vector<std::vector<bool>> seen(neurons, std::vector<bool>(static_cast<size_t>(sessions_)));
    const MatrixXd spread = projection_ * inverse * projection_.transpose();
    double total = 0;
    for (size_t m = 0; m < rows_.size(); ++m) {
      const auto& row = rows_[m];
      const double r = residual(row, motion), weight = row.weight * weightAt(r);
      add(scores.col(static_cast<Index>(neurons_[m])), row, weight * r);
      leverage[neurons_[m]] += weight * spreadOf(spread, row);
      seen[neurons_[m]][static_cast<size_t>(row.a)] = seen[neurons_[m]][static_cast<size_t>(row.b)] = true;
      fit.moments += weight * row.terms * row.terms.transpose();
      total += weight;
    }
    if (total > 0) fit.moments /= total;
    fit.neurons.assign(static_cast<size_t>(sessions_), 0);
    for (size_t n = 0; n < neurons; ++n) {
      const auto count = static_cast<double>(std::count(seen[n].begin(), seen[n].end(), true));
      scores.col(static_cast<Index>(n)) /= 1 - std::min(mostLeverage, leverage[n] / std::max(1.0, count - 1));
      for (size_t s = 0; s < seen[n].size(); ++s) fit.neurons[s] += seen[n][s] ? 1 : 0;
    }
    const MatrixXd influence = inverse * projection_.transpose() * scores;
    fit.covariance = influence * influence.transpose();
    return fit;
  }

private:
  double weightAt(double r) const {
    const double x = r / scaleUm_;
    return 1 / ((1 + x * x) * (1 + x * x));
  }
  /// Derivative of r·weightAt(r).
  double slopeAt(double r) const {
    const double x = r / scaleUm_;
    return (1 - 3 * x * x) / ((1 + x * x) * (1 + x * x) * (1 + x * x));
  }
  double residual(const Row& row, const VectorXd& motion) const {
    double r = row.difference;
    for (Index t = 0; t < terms_; ++t)
      r -= row.terms[t] * (motion[t * sessions_ + row.b] - motion[t * sessions_ + row.a]);
    return r;
  }
  void add(Eigen::Ref<VectorXd> sum, const Row& row, double value) const {
    for (Index t = 0; t < terms_; ++t) {
      sum[t * sessions_ + row.a] -= row.terms[t] * value;
      sum[t * sessions_ + row.b] += row.terms[t] * value;
    }
  }
  /// x' C x of a match.
  double spreadOf(const MatrixXd& c, const Row& row) const {
    double sum = 0;
    for (Index t = 0; t < terms_; ++t)
      for (Index u = 0; u < terms_; ++u) {
        const Index i = t * sessions_, j = u * sessions_;
        sum += row.terms[t] * row.terms[u] *
               (c(i + row.a, j + row.a) - c(i + row.a, j + row.b) - c(i + row.b, j + row.a) + c(i + row.b, j + row.b));
      }
    return sum;
  }
  /// What the matches tell of the coefficients, each weighted by `factor` of its residual.
  template <class Factor> MatrixXd information(const Factor& factor) const {
    MatrixXd sum = MatrixXd::Zero(terms_ * sessions_, terms_ * sessions_);
    const VectorXd motion = projection_ * coefficients_;
    for (const auto& row : rows_) {
      const double weight = row.weight * factor(residual(row, motion));
      for (Index t = 0; t < terms_; ++t)
        for (Index u = 0; u < terms_; ++u) {
          const Index i = t * sessions_, j = u * sessions_;
          const double value = weight * row.terms[t] * row.terms[u];
          sum(i + row.a, j + row.a) += value;
          sum(i + row.b, j + row.b) += value;
          sum(i + row.a, j + row.b) -= value;
          sum(i + row.b, j + row.a) -= value;
        }
    }
    MatrixXd projected = projection_.transpose() * sum * projection_;
    projected.diagonal() += ridge_;
    return projected;
  }

  Index terms_, sessions_;
  double scaleUm_;
  MatrixXd projection_; ///< from the contrasts to the sessions, for every term
  std::vector<Row> rows_;
  std::vector<size_t> neurons_;
  VectorXd begin_, ridge_, coefficients_;
};

} // namespace

DepthTerms depthTerms(const WeightedMatches& matches, const SessionMotionOptions& options) {
  double squares = 0, total = 0;
  for (size_t m = 0; m < matches.weights.size(); ++m) {
    const double depth = (matches.depthAUm[m] + matches.depthBUm[m]) / 2 - options.centreUm;
    squares += matches.weights[m] * depth * depth;
    total += matches.weights[m];
  }
  const double unitUm = total > 0 ? std::sqrt(squares / total) : 0;
  return {options.centreUm, std::max(1.0, unitUm), static_cast<Index>(options.terms)};
}

MatrixXd sessionContrasts(std::span<const int32_t> component) {
  std::map<int32_t, std::vector<Index>> members;
  for (size_t s = 0; s < component.size(); ++s) members[component[s]].push_back(static_cast<Index>(s));
  const auto sessions = static_cast<Index>(component.size());
  MatrixXd contrasts = MatrixXd::Zero(sessions, sessions - static_cast<Index>(members.size()));
  Index column = 0;
  // Helmert's: each session against the mean of those before it.
  for (const auto& [name, group] : members)
    for (size_t k = 1; k < group.size(); ++k, ++column) {
      const auto before = static_cast<double>(k);
      for (size_t j = 0; j < k; ++j) contrasts(group[j], column) = -1 / std::sqrt(before * (before + 1));
      contrasts(group[k], column) = std::sqrt(before / (before + 1));
    }
  return contrasts;
}

MotionFit fitMotion(const Job& job, const WeightedMatches& matches, const DepthTerms& terms, double scaleUm,
                    const MatrixXd& contrasts, const MatrixXd& start) {
  Fit fit(matches, terms, scaleUm, contrasts, start);
  for (int round = 0; round < rounds; ++round) {
    job.throwIfAborted();
    fit.step();
  }
  return fit.result();
}

} // namespace dant
