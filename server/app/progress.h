// How far a long task has come, in one line.
//
// Pure functions.
#ifndef CHATTER_SERVER_APP_PROGRESS_H_
#define CHATTER_SERVER_APP_PROGRESS_H_

#include <cstddef>
#include <string>

#include "absl/time/time.h"

namespace chatter::app {

struct Progress {
  size_t done = 0;
  size_t total = 0;
  absl::Duration elapsed;
};

// "1,200 of 10,000, 240/s, 37s left". The rate and what is left are for the whole time so far.
std::string DescribeProgress(const Progress& progress);

// "[######......] " and the above, at most `width` columns; a narrow terminal gets a short bar.
std::string RenderProgressBar(const Progress& progress, size_t width);

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_PROGRESS_H_
