// Keeps a compiled circuit alive between segments: reads commands from standard input, exchanges
// every array with the host through one memory-mapped file, and runs one segment at a time.
//
//   map PATH        use this file; arrays lie in it one after another, each aligned to 64 bytes
//   pull            copy the file into the arrays
//   run SEED FILE   seed, run one segment from time 0, copy the arrays into the file; append
//                   spikes to FILE unless it is "-"
//
// Answers "ready" or "done" on one line. The end of its input ends the process.
#ifndef SYNAPTOKET_SEGMENT_SERVER_H
#define SYNAPTOKET_SEGMENT_SERVER_H

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

namespace synaptoket {

struct Array {
    std::string name;
    char* data;
    size_t bytes;
};

class SegmentServer {
    std::vector<Array> arrays;
    std::vector<std::function<void()>> clears;
    std::vector<std::function<void(std::ofstream&)>> spikes;
    char* shared = nullptr;
    std::string spike_file;

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
        arrays.push_back({name, reinterpret_cast<char*>(data), count * sizeof(T)});
    }

    template <class Pathway> void add_pathway(Pathway& pathway) {
        clears.push_back([&pathway] {
            for (auto& spikes : pathway.queue[0]->queue) spikes.clear();
        });
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

    // Handle commands up to the next "run"; false when the input has ended.
    template <class Network, class Generator> bool next(Network& network, Generator& generator) {
        std::string command, argument;
        while (std::cin >> command) {
            if (command == "map") {
                std::cin >> std::ws;
                std::getline(std::cin, argument);
                std::cout << (map(argument) ? "ready" : "Error: cannot map the file") << std::endl;
            } else if (command == "pull") {
                exchange([](Array& a, char* at) { std::memcpy(a.data, at, a.bytes); });
                std::cout << "ready" << std::endl;
            } else if (command == "run") {
                unsigned long seed;
                std::cin >> seed >> std::ws;
                std::getline(std::cin, spike_file);
                generator.seed(seed);
                for (auto& clear : clears) clear();
                network.t = 0.0;
                // A run sets the steps of its clocks but not their times: the first step would
                // read its drives at the end of the segment.
                for (auto& object : network.objects) {
                    object.first->timestep[0] = 0;
                    object.first->t[0] = 0.0;
                }
                return true;
            } else {
                std::cout << "Error: unknown command " << command << std::endl;
            }
        }
        return false;
    }

    void finish() {
        exchange([](Array& a, char* at) { std::memcpy(at, a.data, a.bytes); });
        if (spike_file != "-") {
            std::ofstream out(spike_file, std::ios::binary | std::ios::app);
            for (auto& write : spikes) write(out);
        }
        std::cout << "done" << std::endl;
    }

    // Brian2 would write every array into a results folder here: nothing reads it.
    [[noreturn]] void quit() { std::_Exit(0); }
};

}  // namespace synaptoket

#endif
