// The state update of the circuit's neurons as a loop written by hand: exponential Euler of the
// membrane potential, exact decay of everything else, in the precision REAL.
//
//   g++ -O3 -ffast-math -march=native -DREAL=float state_update.cpp -o state_update
//   ./state_update STEPS < constants
//
// The constants are lines "population.name value" in SI units, and for each population "size" and
// "traces", the number of its variables that only decay. Prints the seconds that the steps took.

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#ifndef REAL
#define REAL double
#endif

using Constants = std::map<std::string, double>;
using Array = std::vector<REAL>;

const double TIME_STEP = 1e-4;

struct Population {
    size_t size;
    Constants c;
    Array v, refractory_left, g_ampa, g_nmda, g_gaba, g_potassium;
    Array ampa_available, nmda_ab, nmda_cd, tonic_nmda;
    std::vector<Array> traces;

    explicit Population(const Constants& constants)
        : size(constants.at("size")), c(constants), v(size, c.at("v")), refractory_left(size, 0),
          g_ampa(size, c.at("g_ampa")), g_nmda(size, c.at("g_nmda")), g_gaba(size, c.at("g_gaba")),
          g_potassium(size, c.at("g_potassium")), ampa_available(size, 1),
          nmda_ab(size, c.at("glun2ab_share")), nmda_cd(size, c.at("glun2cd_share")),
          tonic_nmda(size, c.at("tonic_nmda_conductance")),
          traces(size_t(c.at("traces")), Array(size, 1)) {}

    void step() {
        const REAL dt_over_capacitance = TIME_STEP / c["capacitance"];
        const REAL leak = c["leak_conductance"], clamp = c["clamp_conductance"];
        const REAL leak_potential = c["leak_potential"], reset = c["reset_potential"];
        const REAL excitatory = c["excitatory_reversal"], gaba = c["gaba_reversal"];
        const REAL potassium = c["potassium_reversal"], slope = c["magnesium_slope"];
        const REAL magnesium_ab = c["magnesium_ab"], magnesium_cd = c["magnesium_cd"];
        const REAL ampa_decay = std::exp(-TIME_STEP / c["ampa_decay"]);
        const REAL nmda_decay = std::exp(-TIME_STEP / c["nmda_decay"]);
        const REAL gaba_decay = std::exp(-TIME_STEP / c["gaba_decay"]);
        const REAL potassium_decay = std::exp(-TIME_STEP / c["potassium_decay"]);
        REAL *__restrict V = v.data(), *__restrict R = refractory_left.data();
        REAL *__restrict A = g_ampa.data(), *__restrict N = g_nmda.data();
        REAL *__restrict G = g_gaba.data(), *__restrict K = g_potassium.data();
        const REAL *__restrict available = ampa_available.data(), *__restrict T = tonic_nmda.data();
        const REAL *__restrict ab = nmda_ab.data(), *__restrict cd = nmda_cd.data();
        for (size_t i = 0; i < size; i++) {
            const REAL unbound = std::exp(-slope * V[i]);
            const REAL unblocked =
                ab[i] / (1 + magnesium_ab * unbound) + cd[i] / (1 + magnesium_cd * unbound);
            const REAL ampa = A[i] * available[i], nmda = (N[i] + T[i]) * unblocked;
            const REAL held = R[i] > 0 ? clamp : REAL(0);
            const REAL total = leak + ampa + nmda + G[i] + K[i] + held;
            const REAL target = (leak * leak_potential + (ampa + nmda) * excitatory + G[i] * gaba +
                                 K[i] * potassium + held * reset) / total;
            V[i] = target + (V[i] - target) * std::exp(-dt_over_capacitance * total);
            R[i] -= REAL(TIME_STEP);
            A[i] *= ampa_decay;
            N[i] *= nmda_decay;
            G[i] *= gaba_decay;
            K[i] *= potassium_decay;
        }
        const REAL trace_decay = std::exp(-TIME_STEP / c["trace_decay"]);
        for (auto& trace : traces) {
            REAL* __restrict X = trace.data();
            for (size_t i = 0; i < size; i++) X[i] *= trace_decay;
        }
    }
};

int main(int count, char** arguments) {
    const long steps = count > 1 ? std::atol(arguments[1]) : 20000;
    std::map<std::string, Constants> all;
    std::string name;
    double value;
    while (std::cin >> name >> value) {
        const size_t dot = name.find('.');
        all[name.substr(0, dot)][name.substr(dot + 1)] = value;
    }
    std::vector<Population> populations;
    for (auto& entry : all) populations.emplace_back(entry.second);
    const auto start = std::chrono::steady_clock::now();
    for (long step = 0; step < steps; step++)
        for (auto& population : populations) population.step();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    double sum = 0;
    for (auto& population : populations)
        for (REAL v : population.v) sum += v;
    std::cout << taken.count() << " " << sum << std::endl;
    return std::isfinite(sum) ? 0 : 1;
}
