#include "core/clustering/distance_matrix.h"
#include "core/clustering/hdbscan.h"
#include "core/clustering/lda.h"
#include "core/clustering/leaf_order.h"
#include "core/curation/curation.h"

#include "binding/async_job.h"
#include "binding/combined_argument.h"
#include "binding/pairs_argument.h"
#include "binding/stages.h"

#include <cmath>

namespace dant::binding {

namespace {

constexpr size_t linkageColumns = 4; // left, right, distance, size

std::vector<double> toRows(const Linkage& linkage) {
  std::vector<double> rows;
  for (const auto& [left, right, distance, size] : linkage) {
    rows.insert(rows.end(),
                {static_cast<double>(left), static_cast<double>(right), distance, static_cast<double>(size)});
  }
  return rows;
}

Linkage toLinkage(std::span<const double> rows) {
  const auto integer = [](double value) {
    if (!(value >= 0 && value < 2147483648.0 && std::floor(value) == value)) {
      throw InputError("The first two columns and the last one of a linkage must be integers of at least 0.");
    }
    return static_cast<int32_t>(value);
  };
  Linkage linkage;
  for (size_t i = 0; i < rows.size(); i += linkageColumns) {
    linkage.push_back({integer(rows[i]), integer(rows[i + 1]), rows[i + 2], integer(rows[i + 3])});
  }
  requireTree(linkage);
  return linkage;
}

std::span<const double> distancesOf(const Arguments& arguments, size_t n) {
  return arguments.inPlace<double>("distances", sizeOf({n, n}));
}

Napi::Value bindHdbscan(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto n = arguments.count("n"), dimensions = arguments.count("dimensions");
  const auto minSamples = arguments.count("minSamples");
  ClusterOptions options;
  options.minClusterSize = arguments.count("minClusterSize");
  options.maxClusterSize = arguments.count("maxClusterSize");
  options.method = arguments.boolean("leaves") ? ClusterOptions::Method::leaf : ClusterOptions::Method::excessOfMass;
  options.selectionEpsilon = arguments.number("selectionEpsilon");
  options.allowSingleCluster = arguments.boolean("allowSingleCluster");
  if (n < 1) arguments.fail("n", "at least 1");
  if (minSamples < 1) arguments.fail("minSamples", "at least 1");
  if (options.minClusterSize < 2) arguments.fail("minClusterSize", "at least 2");
  const bool fromPoints = arguments.has("points");
  const auto values =
      fromPoints ? arguments.inPlace<double>("points", sizeOf({n, dimensions})) : distancesOf(arguments, n);
  return startJob(arguments, Compute([=](const Job& job) -> Finish {
                    const auto linkage = fromPoints ? linkageOfPoints(values, n, minSamples, job)
                                                    : linkageOfDistances(values, n, minSamples, job);
                    return [rows = toRows(linkage),
                            found = clusteringFromLinkage(linkage, options)](Napi::Env env) -> Napi::Value {
                      auto object = Napi::Object::New(env);
                      object.Set("labels", toTypedArray(env, found.labels));
                      object.Set("probabilities", toTypedArray(env, found.probabilities));
                      object.Set("outlierScores", toTypedArray(env, found.outlierScores));
                      object.Set("persistence", toTypedArray(env, found.persistence));
                      object.Set("linkage", toTypedArray(env, rows));
                      return object;
                    };
                  }));
}

Napi::Value bindSingleLinkage(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto n = arguments.count("n");
  return startJob(arguments, Compute([n, distances = distancesOf(arguments, n)](const Job& job) -> Finish {
                    requireDistanceMatrix(distances, n, job);
                    return [rows = toRows(singleLinkage(primSpanningTree(n, MatrixDistances{distances, n}, job)))](
                               Napi::Env env) { return toTypedArray(env, rows); };
                  }));
}

Napi::Value bindLeafOrder(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto n = arguments.count("n");
  if (n < 1) arguments.fail("n", "at least 1");
  const auto rows = arguments.array<double>("linkage", linkageColumns * (n - 1));
  const auto distances = distancesOf(arguments, n);
  const auto rule = arguments.boolean("optimal") ? LeafOrderRule::optimal : LeafOrderRule::scipy;
  return startJob(arguments, Compute([=](const Job& job) -> Finish {
                    const auto linkage = toLinkage(rows);
                    requireDistanceMatrix(distances, n, job);
                    return [order = leafOrder(linkage, MatrixDistances{distances, n}, rule, job)](Napi::Env env) {
                      return toTypedArray(env, order);
                    };
                  }));
}

Napi::Value bindLinearDiscriminant(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto features = arguments.count("features");
  const auto inClass1 = arguments.array<uint8_t>("inClass1");
  const auto start = [&](auto rows) {
    return startJob(arguments, Compute([=](const Job& job) -> Finish {
                      using Real = typename decltype(rows)::element_type;
                      return [found = linearDiscriminant(std::span<const Real>(rows), features, inClass1, job)](
                                 Napi::Env env) -> Napi::Value {
                        if (!found) return env.Undefined();
                        auto object = Napi::Object::New(env);
                        object.Set("coefficients", toTypedArray(env, found->coefficients));
                        object.Set("intercept", found->intercept);
                        return object;
                      };
                    }));
  };
  const size_t length = sizeOf({inClass1.size(), features});
  return arguments.isFloat32("rows") ? start(arguments.inPlace<float>("rows", length))
                                     : start(arguments.inPlace<double>("rows", length));
}

Napi::Value bindCurateClusters(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  CurationInput input;
  input.labels = arguments.array<int32_t>("labels");
  const size_t units = input.labels.size();
  input.sessions = arguments.array<int32_t>("sessions", units);
  if (arguments.has("threshold")) input.splitThreshold = arguments.number("threshold");
  const auto at = [units](auto matrix) {
    return [matrix, units](int32_t i, int32_t j) {
      return static_cast<double>(matrix[static_cast<size_t>(i) * units + static_cast<size_t>(j)]);
    };
  };
  if (!arguments.has("similarity")) {
    const auto combined = combinedOf(arguments);
    if (combined.units != units) arguments.fail("labels", "one for each unit");
    input.similarity = [combined](int32_t i, int32_t j) {
      return combined(static_cast<size_t>(i), static_cast<size_t>(j));
    };
  } else if (arguments.isFloat32("similarity")) {
    input.similarity = at(arguments.inPlace<float>("similarity", sizeOf({units, units})));
  } else {
    input.similarity = at(arguments.inPlace<double>("similarity", sizeOf({units, units})));
  }
  return startJob(arguments, Compute([input](const Job& job) -> Finish {
                    return [found = curate(input, job)](Napi::Env env) -> Napi::Value {
                      std::vector<UnitPair> pairs;
                      std::vector<int32_t> types;
                      for (const auto& pair : found.pairs) {
                        pairs.push_back({pair.a, pair.b});
                        types.push_back(static_cast<int32_t>(pair.type));
                      }
                      auto object = Napi::Object::New(env);
                      object.Set("labels", toTypedArray(env, found.labels));
                      object.Set("pairs", pairsArray(env, pairs));
                      object.Set("types", toTypedArray(env, types));
                      return object;
                    };
                  }));
}

} // namespace

void registerClustering(Napi::Env env, Napi::Object exports) {
  add(env, exports, "hdbscan", bindHdbscan);
  add(env, exports, "singleLinkage", bindSingleLinkage);
  add(env, exports, "leafOrder", bindLeafOrder);
  add(env, exports, "linearDiscriminant", bindLinearDiscriminant);
  add(env, exports, "curateClusters", bindCurateClusters);
}

} // namespace dant::binding
