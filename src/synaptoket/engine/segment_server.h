// Keeps a compiled circuit alive between segments: reads commands from standard input, exchanges
// every array with the host through one memory-mapped file, and runs one segment at a time.
//
//   map PATH        use this file; arrays lie in it one after another, each aligned to 64 bytes
//   pull            copy the file into the arrays
//   feed            copy only the drives, whose names begin with "drive."
//   run SEED FILE   seed, run one segment from time 0, copy the arrays into the file; append
//                   spikes to FILE unless it is "-"
//
// Answers on one line "ready"; or "done SECONDS", the time that the simulation took; or, where the
// simulation has diverged, "diverged NAME VALUE" with the first value of an array that is no number or
// beyond its limit, or "runaway POPULATION" whose cells fire within their refractory period. The end
// of its input ends the process.
#ifndef SYNAPTOKET_SEGMENT_SERVER_H
#define SYNAPTOKET_SEGMENT_SERVER_H

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "counter_random.h"
#include "fast_math.h"

namespace synaptoket {

struct Array {
    std::string name;
    char* data;
    size_t bytes;
    int real;  // bytes of a floating-point number, or 0 for another kind

    // Whether every number is one. The test is of bits: fast-math knows of no other numbers.
    bool finite() const {
        return real == 4 ? all_finite<uint32_t>(0x7f800000u)
               : real == 8 ? all_finite<uint64_t>(0x7ff0000000000000u)
                           : true;
    }

    // The first value that is no number or beyond a limit, or zero if there is none.
    double beyond(double limit) const {
        return real == 4 ? first_beyond<float, uint32_t>(limit)
               : real == 8 ? first_beyond<double, uint64_t>(limit)
                           : 0.0;
    }

  private:
    // Without its sign, a floating-point number is ordered as its bits are: no number comes last.
    template <class Real, class Bits> double first_beyond(double limit) const {
        constexpr Bits unsigned_bits = ~Bits(0) >> 1;
        const Real largest = Real(limit);
        Bits most;
        std::memcpy(&most, &largest, sizeof most);
        const Bits* values = reinterpret_cast<const Bits*>(data);
        Bits broken = 0;
        for (size_t k = 0; k < bytes / sizeof(Bits); k++)
            broken |= (values[k] & unsigned_bits) > most;
        if (!broken) return 0.0;
        for (size_t k = 0; k < bytes / sizeof(Bits); k++)
            if ((values[k] & unsigned_bits) > most) return reinterpret_cast<const Real*>(data)[k];
        return 0.0;
    }

    template <class Bits> bool all_finite(Bits exponent) const {
        const Bits* values = reinterpret_cast<const Bits*>(data);
        Bits broken = 0;
        for (size_t k = 0; k < bytes / sizeof(Bits); k++)
            broken |= (values[k] & exponent) == exponent;
        return !broken;
    }
};

// A pathway of synapses that come and go: each neuron's spikes visit those that are present, in
// the order of their numbers, whatever their history.
struct PresentSynapses {
    std::vector<std::vector<int>>& listed;
    const std::vector<int32_t>& neurons;  // the neuron of each synapse at whose spike it acts

    PresentSynapses(std::vector<std::vector<int>>& lists, const std::vector<int32_t>& neurons)
        : listed(lists), neurons(neurons) {
        for (auto& list : listed) std::vector<int>().swap(list);
    }

    void change(int synapse, bool present) {
        if (listed.empty()) return;  // the pathway takes no part in this run
        auto& list = listed[neurons[synapse]];
        const auto place = std::lower_bound(list.begin(), list.end(), synapse);
        if (present) list.insert(place, synapse);
        else list.erase(place);
    }
};

// All pathways of one projection, kept in step with what is present.
struct ComingAndGoing {
    const std::vector<int8_t>& present;
    std::vector<int8_t> known;
    std::vector<PresentSynapses> pathways;

    explicit ComingAndGoing(const std::vector<int8_t>& present)
        : present(present), known(present.size(), 0) {}

    void refresh() {
        constexpr size_t block = 64;
        for (size_t begin = 0; begin < known.size(); begin += block) {
            const size_t count = std::min(block, known.size() - begin);
            if (std::memcmp(&known[begin], &present[begin], count) == 0) continue;
            for (size_t k = begin; k < begin + count; k++)
                if (!known[k] != !present[k])  // a pair may have several contacts
                    for (auto& pathway : pathways) pathway.change(k, present[k]);
            std::memcpy(&known[begin], &present[begin], count);
        }
    }
};

// An array of a population, and what none of its values exceeds in any simulation that is sound.
struct Watched {
    Array array;
    double limit;
};

// The spikes of a population, to see cells that fire within their refractory period.
struct Firing {
    std::string name;
    std::function<size_t()> spikes;
    size_t cells;
    const float* single;  // the refractory period, in one of two precisions
    const double* exact;
    size_t seen = 0;

    // Whether there were more spikes in some seconds than a refractory period lets pass.
    bool runaway(double seconds, double step) {
        const size_t now = spikes(), recent = now - seen;
        seen = now;
        const double period = single ? *single : *exact;
        return recent > cells * (2.0 + seconds / std::max(period, 2.0 * step));
    }
};

class SegmentServer {
    std::vector<Array> arrays;
    std::vector<Watched> watched;
    std::vector<Firing> firing;
    std::string trouble;
    std::vector<ComingAndGoing> coming_and_going;
    std::vector<std::function<void()>> clears;
    std::vector<std::function<void(std::ofstream&)>> spikes;
    char* shared = nullptr;
    std::string spike_file;
    double seconds = 0;

    // Steps between two looks at the spikes, and looks between two at the values. Cells that fire
    // in every step make each step slow, so that a look at the end of a segment would be late.
    static constexpr uint64_t look_every = 32, values_every = 32;

    void look(uint64_t step, double dt) {
        for (auto& population : firing)
            if (population.runaway(look_every * dt, dt)) trouble = "runaway " + population.name;
        if (step % (look_every * values_every) == 0) look_at_values();
    }

    void look_at_values() {
        for (auto& one : watched) {
            const double value = one.array.beyond(one.limit);
            if (value != 0.0) {
                std::ostringstream text;
                text << "diverged " << one.array.name << " " << value;
                trouble = text.str();
            }
        }
    }

    template <class Copy> void exchange(Copy copy) {
        size_t offset = 0;
        for (auto& array : arrays) {
            copy(array, shared + offset);
            offset += (array.bytes + 63) / 64 * 64;
        }
    }

    bool map(const std::string& path) {
        int file = open(path.c_str(), O_RDWR);
        struct stat status;
        if (file < 0 || fstat(file, &status) != 0) return false;
        void* address =
            mmap(nullptr, status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        close(file);
        if (address == MAP_FAILED) return false;
        shared = static_cast<char*>(address);
        return true;
    }

  public:
    template <class T> void add(const char* name, T* data, size_t count) {
        const int real = std::is_floating_point<T>::value ? sizeof(T) : 0;
        arrays.push_back({name, reinterpret_cast<char*>(data), count * sizeof(T), real});
    }

    template <class Pathway> void add_pathway(Pathway& pathway) {
        clears.push_back([&pathway] {
            for (auto& spikes : pathway.queue[0]->queue) spikes.clear();
        });
    }

    // From now on, a spike visits only the synapses of these pathways that are present.
    template <class... Pathways>
    void add_present(const std::vector<int8_t>& present, Pathways&... all) {
        coming_and_going.emplace_back(present);
        auto& pathways = coming_and_going.back().pathways;
        (pathways.emplace_back(all.queue[0]->synapses, all.sources), ...);
    }

    template <class I, class T, class N> void add_spikes(I& index, T& time, N* count) {
        spikes.push_back([&index, &time](std::ofstream& out) {
            int64_t n = index.size();
            out.write(reinterpret_cast<char*>(&n), sizeof n);
            out.write(reinterpret_cast<char*>(index.data()), n * sizeof index[0]);
            out.write(reinterpret_cast<char*>(time.data()), n * sizeof time[0]);
        });
        clears.push_back([&index, &time, count] {
            index.clear();
            time.clear();
            *count = 0;
        });
    }

    template <class T> void watch(const char* name, T* data, size_t count, double limit) {
        add(name, data, count);
        watched.push_back({arrays.back(), limit});
    }

    template <class I>
    void watch_firing(const char* name, I& index, size_t cells, const float* period) {
        firing.push_back({name, [&index] { return index.size(); }, cells, period, nullptr});
    }
    template <class I>
    void watch_firing(const char* name, I& index, size_t cells, const double* period) {
        firing.push_back({name, [&index] { return index.size(); }, cells, nullptr, period});
    }

    // Handle commands up to the next "run"; false when the input has ended.
    template <class Generator> bool next(Generator& generator) {
        std::string command, argument;
        while (std::cin >> command) {
            if (command == "map") {
                std::cin >> std::ws;
                std::getline(std::cin, argument);
                std::cout << (map(argument) ? "ready" : "Error: cannot map the file") << std::endl;
            } else if (command == "pull") {
                exchange([](Array& a, char* at) { std::memcpy(a.data, at, a.bytes); });
                std::cout << "ready" << std::endl;
            } else if (command == "feed") {
                exchange([](Array& a, char* at) {
                    if (a.name.compare(0, 6, "drive.") == 0) std::memcpy(a.data, at, a.bytes);
                });
                std::cout << "ready" << std::endl;
            } else if (command == "run") {
                std::cin >> now.seed >> std::ws;
                std::getline(std::cin, spike_file);
                generator.seed(now.seed);
                for (auto& clear : clears) clear();
                for (auto& population : firing) population.seen = 0;
                trouble.clear();
                return true;
            } else {
                std::cout << "Error: unknown command " << command << std::endl;
            }
        }
        return false;
    }

    // Run one segment: what Brian2's Network::run does, without asking for the time and searching
    // for the clocks in every step. All clocks start at zero and tick in multiples of the step.
    template <class Objects, class Clock>
    void play(const Objects& objects, Clock& base, uint64_t steps, uint64_t structural_steps) {
        using Function = decltype(objects[0].second);
        struct Due {
            Clock* clock;
            Function call;
            uint64_t every;
        };
        std::vector<Due> all;
        std::vector<Function> fast;
        std::vector<std::pair<Clock*, uint64_t>> clocks{{&base, 1}};
        for (auto& object : objects) {
            if (!object.second) continue;
            // Brian2 2.10 and later keep a base class; all clocks of a circuit are regular ones
            Clock* clock = static_cast<Clock*>(object.first);
            const uint64_t every = std::llround(clock->dt[0] / base.dt[0]);
            all.push_back({clock, object.second, every});
            if (every == 1) fast.push_back(object.second);
            else clocks.push_back({clock, every});
        }
        const auto start = std::chrono::steady_clock::now();
        for (auto& projection : coming_and_going) projection.refresh();
        for (uint64_t step = 0; step < steps && trouble.empty(); step++) {
            now.step = step;
            bool slow = false;
            for (auto& clock : clocks)
                if (step % clock.second == 0) {
                    clock.first->timestep[0] = step / clock.second;
                    clock.first->t[0] = clock.first->timestep[0] * clock.first->dt[0];
                    slow = slow || clock.second > 1;
                }
            if (slow) {
                for (auto& due : all)
                    if (step % due.every == 0) due.call();
            } else {
                for (auto call : fast) call();
            }
            if (step % structural_steps == 0)
                for (auto& projection : coming_and_going) projection.refresh();
            if ((step + 1) % look_every == 0) look(step + 1, base.dt[0]);
        }
        seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }

    void finish() {
        if (trouble.empty()) look_at_values();
        if (!trouble.empty()) {
            std::cout << trouble << std::endl;
            return;
        }
        std::string broken;
        exchange([&broken](Array& a, char* at) {
            std::memcpy(at, a.data, a.bytes);
            if (!a.finite()) broken = a.name;
        });
        if (spike_file != "-") {
            std::ofstream out(spike_file, std::ios::binary | std::ios::app);
            for (auto& write : spikes) write(out);
        }
        if (broken.empty()) std::cout << "done " << seconds << std::endl;
        else std::cout << "diverged " << broken << " nan" << std::endl;
    }

    // Brian2 would write every array into a results folder here: nothing reads it.
    [[noreturn]] void quit() { std::_Exit(0); }
};

}  // namespace synaptoket

#endif
