# Coverage-guided fuzzing of the compiler, with AFL++: make fuzz FUZZ_MINUTES=60 FUZZ_CORES=2.
# What was found, as afl-fuzz and the sanitizers see it, is left in $(BUILD)/afl/found.

FUZZ_MINUTES = 10
FUZZ_CORES   = 1
AFL          = $(BUILD)/afl
# NULL + 0 and memcpy of no bytes from NULL are nothing wrong: C2y says so.
AFL_CHECKS   = -fsanitize=address,undefined -fno-sanitize=pointer-overflow,nonnull-attribute -fno-sanitize-recover=all
# The coverage is clang's own: that of AFL++ 4.04 counts some conditional moves outside of its tables.
AFL_COMPILE  = AFL_QUIET=1 AFL_LLVM_INSTRUMENT=LLVM-NATIVE afl-clang-fast -std=c11 -D_GNU_SOURCE -O1 -g -fno-pie -MMD -MP $(INCLUDE) $(AFL_CHECKS)
# What is no C of the compiler is the same as in slispc: the library's text, the image, the runtime.
AFL_OTHER    = $(filter-out $(COMPILER:%.c=$(BUILD)/%.o) $(BUILD)/syntax.o,$(COMPILER_OBJECTS)) $(RUNTIME_OBJECTS)
AFL_OBJECTS  = $(patsubst %.c,$(AFL)/%.o,$(filter-out driver/main.c,$(COMPILER)) tests/afl/harness.c) $(AFL)/syntax.o

fuzz: all afl-tools $(AFL)/harness $(AFL)/mutator.so
	tests/afl/run.sh $(abspath $(BUILD)/slispc) $(AFL) $(FUZZ_MINUTES) $(FUZZ_CORES)

afl-tools:
	@command -v afl-fuzz >/dev/null || { apt-get update -q && apt-get install -y -q afl++; } || \
	    { echo "make fuzz needs AFL++ (Debian: afl++), and it is not to be had" >&2; exit 2; }

$(AFL)/harness: $(AFL_OBJECTS) $(AFL_OTHER)
	@AFL_QUIET=1 afl-clang-fast -g -no-pie $(AFL_CHECKS) -Wl,--wrap=arena_new,--wrap=arena_free,--wrap=exit,--wrap=bug -o $@ $^ -lm

$(AFL)/mutator.so: tests/afl/mutator.c
	@mkdir -p $(@D)
	@$(CC) -std=c11 $(WARN) -O2 -fPIC -shared -o $@ $<

$(AFL)/syntax.o: $(BUILD)/syntax.c | $(BUILD)/slispc
	@mkdir -p $(@D)
	@$(AFL_COMPILE) -c -o $@ $<

# When slispc is there, so are the headers that are made.
$(AFL)/%.o: %.c | $(BUILD)/slispc
	@mkdir -p $(@D)
	@$(AFL_COMPILE) -c -o $@ $<

-include $(AFL_OBJECTS:.o=.d)

.PHONY: fuzz afl-tools
