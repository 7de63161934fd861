// Every array begins at a cache line: a vector of 64 bytes that straddles two lines costs two loads.
#include <cstdlib>
#include <new>

namespace {

void* aligned(std::size_t bytes) {
    constexpr std::size_t line = 64;
    void* memory = std::aligned_alloc(line, (bytes + line - 1) / line * line + line);
    if (!memory) throw std::bad_alloc();
    return memory;
}

}  // namespace

void* operator new(std::size_t bytes) { return aligned(bytes); }
void* operator new[](std::size_t bytes) { return aligned(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
