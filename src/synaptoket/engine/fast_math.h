// Elementary functions that the compiler can inline into a vectorised loop.
#ifndef SYNAPTOKET_FAST_MATH_H
#define SYNAPTOKET_FAST_MATH_H

#include <cmath>
#include <cstdint>
#include <cstring>

namespace synaptoket {

// Exponential in single precision, to 2 units in the last place: x = n log 2 + r, and a polynomial
// in r with the coefficients of Cephes (Moshier 1989). A call of the vector library would make
// the loop around it store and reload its registers.

// Return exp(r) - 1, and set the scale 2^n.
inline float reduced(float x, float& scale) {
    x = x < -87.3f ? -87.3f : x > 88.3f ? 88.3f : x;
    const float n = std::nearbyint(x * 1.44269504088896341f);
    const float r = x - n * 0.693359375f - n * -2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    const int32_t bits = (int32_t(n) + 127) << 23;
    std::memcpy(&scale, &bits, sizeof scale);
    return p * (r * r) + r;
}

inline float exponential(float x) {
    float scale;
    const float rest = reduced(x, scale);
    return scale + scale * rest;
}
inline double exponential(double x) { return std::exp(x); }

// exp(x) - 1, exact near zero, where the scale is one. (As a sum, (scale - 1) + scale*rest, fast-math
// would take it apart and lose the small numbers.)
inline float exponential_minus_one(float x) {
    float scale;
    const float rest = reduced(x, scale);
    const float difference = scale + scale * rest - 1.0f;
    return scale == 1.0f ? rest : difference;
}
inline double exponential_minus_one(double x) { return std::expm1(x); }

template <class Real> inline Real clip(Real value, double low, double high) {
    return value < Real(low) ? Real(low) : value > Real(high) ? Real(high) : value;
}

inline float power(float x, int n) { return __builtin_powif(x, n); }
inline double power(double x, int n) { return __builtin_powi(x, n); }
inline float power(float x, float y) { return std::pow(x, y); }
inline double power(double x, double y) { return std::pow(x, y); }
inline double power(double x, float y) { return std::pow(x, double(y)); }
inline double power(float x, double y) { return std::pow(double(x), y); }

}  // namespace synaptoket

#endif
