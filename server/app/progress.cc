#include "server/app/progress.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace chatter::app {
namespace {

constexpr size_t kMaxBar = 40;
constexpr size_t kMinBar = 5;

std::string WithCommas(size_t number) {
  std::string text = std::to_string(number);
  for (size_t end = text.size(); end > 3; end -= 3) text.insert(end - 3, ",");
  return text;
}

}  // namespace

std::string DescribeProgress(const Progress& progress) {
  std::string text = WithCommas(progress.done) + " of " + WithCommas(progress.total);
  const double seconds = absl::ToDoubleSeconds(progress.elapsed);
  if (progress.done == 0 || seconds <= 0) return text;
  const double rate = static_cast<double>(progress.done) / seconds;
  const double left = static_cast<double>(progress.total - progress.done) / rate;
  absl::StrAppend(&text, ", ", WithCommas(static_cast<size_t>(std::lround(rate))), "/s, ",
                  absl::FormatDuration(absl::Ceil(absl::Seconds(left), absl::Seconds(1))), " left");
  return text;
}

std::string RenderProgressBar(const Progress& progress, size_t width) {
  const std::string text = DescribeProgress(progress);
  const size_t around = text.size() + 3;  // the brackets and a space
  if (width < around + kMinBar) return text.substr(0, width);
  const size_t bar = std::min(kMaxBar, width - around);
  const size_t filled = progress.total == 0 ? bar : bar * progress.done / progress.total;
  return absl::StrCat("[", std::string(filled, '#'), std::string(bar - filled, '.'), "] ", text);
}

}  // namespace chatter::app
