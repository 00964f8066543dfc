// Makes what libraries make on first use before there are any threads.
//
// The libraries aren't compiled with the thread sanitizer. So it doesn't see how they make sure
// that these are made once, and takes the next thread's use for a race with the making.
#include <google/protobuf/descriptor.h>
#include <spdlog/spdlog.h>

namespace chatter::test {
namespace {

struct EarlySingletons {
  EarlySingletons() noexcept {
    spdlog::default_logger_raw();
    google::protobuf::DescriptorPool::generated_pool();
  }
};
const EarlySingletons early_singletons;

}  // namespace
}  // namespace chatter::test
