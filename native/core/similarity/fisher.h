#pragma once
namespace dant {

/// The Fisher z that equals 6: the largest that counts, and the similarity of a unit with itself.
constexpr double largestFisherZ = 6;

} // namespace dant
