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

class Population {
    const size_t size;
    Array v, refractory_left, g_ampa, g_nmda, g_gaba, g_potassium;
    Array ampa_available, nmda_ab, nmda_cd, tonic_nmda;
    std::vector<Array> traces;
    const REAL dt_over_capacitance, leak, clamp, leak_potential, reset, excitatory, gaba,
        potassium, slope, magnesium_ab, magnesium_cd, ampa_mean, gaba_mean, ampa_decay, nmda_decay, gaba_decay,
        potassium_decay, trace_decay;

    static REAL decay(const Constants& c, const char* name) {
        return std::exp(-TIME_STEP / c.at(name));
    }

  public:
    explicit Population(const Constants& c)
        : size(c.at("size")), v(size, c.at("v")), refractory_left(size, 0),
          g_ampa(size, c.at("g_ampa")), g_nmda(size, c.at("g_nmda")), g_gaba(size, c.at("g_gaba")),
          g_potassium(size, c.at("g_potassium")), ampa_available(size, 1),
          nmda_ab(size, c.at("glun2ab_share")), nmda_cd(size, c.at("glun2cd_share")),
          tonic_nmda(size, c.at("tonic_nmda_conductance")),
          traces(size_t(c.at("traces")), Array(size, 1)),
          dt_over_capacitance(TIME_STEP / c.at("capacitance")), leak(c.at("leak_conductance")),
          clamp(c.at("clamp_conductance")), leak_potential(c.at("leak_potential")),
          reset(c.at("reset_potential")), excitatory(c.at("excitatory_reversal")),
          gaba(c.at("gaba_reversal")), potassium(c.at("potassium_reversal")),
          slope(c.at("magnesium_slope")), magnesium_ab(c.at("magnesium_ab")),
          magnesium_cd(c.at("magnesium_cd")), ampa_mean(c.at("ampa_step_mean")),
          gaba_mean(c.at("gaba_step_mean")), ampa_decay(decay(c, "ampa_decay")),
          nmda_decay(decay(c, "nmda_decay")), gaba_decay(decay(c, "gaba_decay")),
          potassium_decay(decay(c, "potassium_decay")), trace_decay(decay(c, "trace_decay")) {}

    double sum() const {
        double total = 0;
        for (REAL value : v) total += value;
        return total;
    }

    void step() {
        REAL *__restrict V = v.data(), *__restrict R = refractory_left.data();
        REAL *__restrict A = g_ampa.data(), *__restrict N = g_nmda.data();
        REAL *__restrict G = g_gaba.data(), *__restrict K = g_potassium.data();
        const REAL *__restrict available = ampa_available.data(), *__restrict T = tonic_nmda.data();
        const REAL *__restrict ab = nmda_ab.data(), *__restrict cd = nmda_cd.data();
        for (size_t i = 0; i < size; i++) {
            const REAL unbound = std::exp(-slope * V[i]);
            const REAL free_ab = 1 + magnesium_ab * unbound, free_cd = 1 + magnesium_cd * unbound;
            const REAL unblocked = (ab[i] * free_cd + cd[i] * free_ab) / (free_ab * free_cd);
            const REAL ampa = ampa_mean * A[i] * available[i], inhibition = gaba_mean * G[i];
            const REAL nmda = (N[i] + T[i]) * unblocked;
            const REAL held = R[i] > 0 ? clamp : REAL(0);
            const REAL total = leak + ampa + nmda + inhibition + K[i] + held;
            const REAL target = (leak * leak_potential + (ampa + nmda) * excitatory + inhibition * gaba +
                                 K[i] * potassium + held * reset) / total;
            V[i] = target + (V[i] - target) * std::exp(-dt_over_capacitance * total);
            R[i] -= REAL(TIME_STEP);
            A[i] *= ampa_decay;
            N[i] *= nmda_decay;
            G[i] *= gaba_decay;
            K[i] *= potassium_decay;
        }
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
    for (auto& population : populations) sum += population.sum();
    std::cout << taken.count() << " " << sum << std::endl;
    return std::isfinite(sum) ? 0 : 1;
}
