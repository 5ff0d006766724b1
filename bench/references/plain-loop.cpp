// Reference program (c) of the benchmark: a plain C++ loop, row by row, mean and drawdown of both sides on common indices.
// Build: g++ -O3 -march=native -o plain-loop plain-loop.cpp      Use: plain-loop DATA RESAMPLES, then one empty line a run.
// Answers each line with one JSON line; seconds are CPU seconds. Reading the file is not timed; sorting for the interval is.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

// xorshift64*: cheap, so that the comparison is with the resampling and not with a slow generator
struct Generator {
  uint64_t state = 88172645463325252ull;
  uint32_t next() {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return static_cast<uint32_t>((state * 2685821657736338717ull) >> 32);
  }
  uint32_t below(uint32_t n) { return static_cast<uint32_t>((static_cast<uint64_t>(next()) * n) >> 32); }
};

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "plain-loop DATA RESAMPLES\n"), 2;
  std::ifstream file(argv[1], std::ios::binary | std::ios::ate);
  if (!file) return std::fprintf(stderr, "cannot read %s\n", argv[1]), 2;
  const size_t n = static_cast<size_t>(file.tellg()) / sizeof(double) / 2;
  std::vector<double> champion(n), challenger(n);
  file.seekg(0);
  file.read(reinterpret_cast<char*>(champion.data()), n * sizeof(double));
  file.read(reinterpret_cast<char*>(challenger.data()), n * sizeof(double));
  const int resamples = std::atoi(argv[2]);
  std::vector<double> difference(resamples);
  std::printf("{\"ready\": true, \"version\": \"g++ %s\"}\n", __VERSION__);
  std::fflush(stdout);
  std::string line;
  Generator generator;
  while (std::getline(std::cin, line)) {
    const std::clock_t started = std::clock();
    int exceeds = 0;
    for (int r = 0; r < resamples; r++) {
      double equityA = 0, peakA = 0, worstA = 0, equityB = 0, peakB = 0, worstB = 0;
      for (size_t i = 0; i < n; i++) {
        const uint32_t at = generator.below(static_cast<uint32_t>(n));
        equityA += champion[at];
        equityB += challenger[at];
        peakA = std::max(peakA, equityA);
        peakB = std::max(peakB, equityB);
        worstA = std::max(worstA, peakA - equityA);
        worstB = std::max(worstB, peakB - equityB);
      }
      difference[r] = (equityB - equityA) / static_cast<double>(n);
      if (worstB > 1.2 * worstA) exceeds++;
    }
    std::sort(difference.begin(), difference.end());
    const double low = difference[static_cast<size_t>(0.025 * resamples)];
    const double high = difference[static_cast<size_t>(0.975 * resamples)];
    const double seconds = static_cast<double>(std::clock() - started) / CLOCKS_PER_SEC;
    std::printf("{\"seconds\": %.9f, \"low\": %.6f, \"high\": %.6f, \"exceeds\": %.6f}\n", seconds, low, high,
                static_cast<double>(exceeds) / resamples);
    std::fflush(stdout);
  }
  return 0;
}
