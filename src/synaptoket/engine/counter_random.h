// Random numbers as a function of where they are used: segment, step, draw and element.
//
// The generator is SplitMix64 (Steele, Lea & Flood 2014, OOPSLA), entered at any place of its
// sequence: no state runs from one element to the next, so loops that draw can be vectorised.
// Every textual draw has its own key, made anew in every step of every segment.
#ifndef SYNAPTOKET_COUNTER_RANDOM_H
#define SYNAPTOKET_COUNTER_RANDOM_H

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace synaptoket {

inline uint64_t mixed(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

constexpr uint64_t golden = 0x9e3779b97f4a7c15u;

// Where the simulation is: set by the segment server.
struct Now {
    uint64_t seed = 0, step = 0;
};
inline Now now;

// Key of a draw: a hash of the segment's seed, the step and the draw's own number.
inline uint64_t draw_key(uint64_t draw) {
    return mixed(mixed(mixed(now.seed + golden) + now.step * golden) + draw * golden);
}

inline uint64_t bits(uint64_t key, size_t element) { return mixed(key + (element + 1) * golden); }

// Uniform on [0, 1); small values keep full precision in single precision too.
template <class Real> inline Real uniform(uint64_t key, size_t element) {
    return Real(int32_t(bits(key, element) >> 33)) * Real(1.0 / 2147483648.0);
}

// Standard normal (Box & Muller 1958).
template <class Real> inline Real normal(uint64_t key, size_t element) {
    const uint64_t both = bits(key, element);
    const Real radius = (Real(int32_t(both >> 33)) + Real(0.5)) * Real(1.0 / 2147483648.0);
    const Real angle = Real(int32_t(uint32_t(both) >> 1)) * Real(6.283185307179586 / 2147483648.0);
    return std::sqrt(Real(-2) * std::log(radius)) * std::cos(angle);
}

// Poisson count by inversion, with at most `Terms` terms.
template <class Real, int Terms> inline Real poisson(Real mean, uint64_t key, size_t element) {
    const Real drawn = uniform<Real>(key, element);
    Real term = std::exp(-mean), sum = term, count = 0;
#pragma GCC unroll 64
    for (int k = 1; k <= Terms; k++) {
        count += drawn >= sum ? Real(1) : Real(0);
        term *= mean / Real(k);
        sum += term;
    }
    return count;
}

// Call a loop with the number of terms that a mean asks for: what is cut off has a probability
// below 1e-9 (single precision rounds to 6e-8).
template <class Loop> inline void with_terms(double mean, Loop loop) {
    if (mean <= 0.03) loop(std::integral_constant<int, 4>());
    else if (mean <= 0.5) loop(std::integral_constant<int, 10>());
    else if (mean <= 3.0) loop(std::integral_constant<int, 20>());
    else loop(std::integral_constant<int, 56>());
}

// The largest mean that 56 terms serve.
constexpr double largest_mean = 18.0;

}  // namespace synaptoket

#endif
