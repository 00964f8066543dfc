// What the thread sanitizer reports wrongly, as the libraries that we use aren't compiled with it.

// The sanitizer asks for this by name; without it, nobody does.
extern "C" const char* __tsan_default_suppressions();  // NOLINT(*-reserved-identifier,*-naming)

// Protobuf makes its pool of descriptors on first use, once, and the sanitizer doesn't see how it
// makes sure of that: whoever uses the pool next, on another thread, seems to race with its making.
const char* __tsan_default_suppressions() {  // NOLINT(*-reserved-identifier,*-naming)
  return "race:google::protobuf::DescriptorPool\n";
}
