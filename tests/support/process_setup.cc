// What a test program sets up before it has any threads, for the sanitizers' sake.
#include <google/protobuf/descriptor.h>
#include <openssl/crypto.h>
#include <spdlog/spdlog.h>

namespace chatter::test {
namespace {

struct ProcessSetup {
  ProcessSetup() noexcept {
    // The libraries aren't compiled with the thread sanitizer. So it doesn't see how they make sure
    // that what they make on first use is made once, and takes the next thread's use for a race
    // with the making.
    spdlog::default_logger_raw();
    google::protobuf::DescriptorPool::generated_pool();
    // A thread of gRPC may outlive main(). OpenSSL would lose what it keeps for that thread if it
    // cleaned up at exit, and the leak sanitizer tells.
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
  }
};
const ProcessSetup process_setup;

}  // namespace
}  // namespace chatter::test
