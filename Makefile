# slispc: make, make test, make install. Needs a C compiler and make, nothing else.

BUILD    = out
CC       = gcc
AR       = ar
PREFIX   = /usr/local
# make SANITIZE=-fsanitize=address STATIC= checks the compiler itself.
SANITIZE =
STATIC   = -static
WARN     = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch-enum -Wmissing-prototypes -Werror
CFLAGS   = -O2 -g
INCLUDE  = -I$(BUILD) -Ipasses/ir -Ipasses -Ipasses/lower -Iruntime -Idriver \
           -Idriver/forms -Idriver/fuzz -Idriver/inspect -Idriver/interpret -Idriver/link -Idriver/look -Idriver/soak
COMPILE  = $(CC) -std=c11 -D_GNU_SOURCE $(WARN) $(CFLAGS) -fno-pie -MMD -MP $(INCLUDE)
LINK     = $(CC) $(CFLAGS)

# The compiler's own files, and the runtime that it carries and is linked with.
COMPILER = $(wildcard passes/*.c passes/*/*.c driver/*.c driver/*/*.c)
RUNTIME  = $(filter-out runtime/main.c,$(wildcard runtime/*.c))
COMPILER_OBJECTS = $(COMPILER:%.c=$(BUILD)/%.o) $(BUILD)/syntax.o $(BUILD)/passes/expand/library_text.o $(BUILD)/driver/link/image.o
RUNTIME_OBJECTS  = $(RUNTIME:%.c=$(BUILD)/%.o) $(BUILD)/runtime/stubs.o

all: $(BUILD)/slispc $(BUILD)/libslisp.a

$(BUILD)/slispc: $(COMPILER_OBJECTS) $(RUNTIME_OBJECTS)
	@$(LINK) $(or $(STATIC),-no-pie) $(SANITIZE) -o $@ $^ -lm

# What every program starts from: the runtime as an executable, without a program yet.
$(BUILD)/image: $(RUNTIME_OBJECTS) $(BUILD)/runtime/main.o
	@$(LINK) -static -Wl,-z,noexecstack,--build-id=none -o $@.full $^ -lm
	@strip --strip-debug -o $@ $@.full

$(BUILD)/libslisp.a: $(RUNTIME_OBJECTS) $(BUILD)/runtime/main.o
	@rm -f $@ && $(AR) rcsD $@ $^

$(BUILD)/driver/link/image.o: driver/link/image.S $(BUILD)/image
	@mkdir -p $(@D)
	@$(CC) -c -DRUNTIME_IMAGE='"$(BUILD)/image"' -o $@ $<

$(BUILD)/passes/expand/library_text.o: passes/expand/library_text.S runtime/core.slisp
	@mkdir -p $(@D)
	@$(CC) -c -o $@ $<

# Where its definitions are, found once.
$(BUILD)/scan: passes/expand/scan/scan.c
	@mkdir -p $(@D)
	@$(CC) -std=c11 $(WARN) -O1 -o $@ $<

$(BUILD)/library_index.h: $(BUILD)/scan runtime/core.slisp
	@$< runtime/core.slisp > $@.tmp && mv $@.tmp $@

$(BUILD)/passes/expand/library.o: $(BUILD)/library_index.h

# Its macros are for GNU as, whichever compiler preprocesses it.
$(BUILD)/runtime/stubs.o: runtime/stubs.S $(wildcard runtime/*.def) passes/prims.def
	@mkdir -p $(@D)
	@$(CC) -E -Iruntime -Ipasses $< > $(@:.o=.s) && $(AS) -o $@ $(@:.o=.s)

$(BUILD)/heads.h: passes/languages.def passes/ir/heads.awk
	@mkdir -p $(@D)
	@awk -f passes/ir/heads.awk passes/languages.def > $@.tmp && mv $@.tmp $@

# Accessors and constructors of every form, from the rows of languages.def.
GENERATOR = $(wildcard passes/ir/generate/*.c)
$(BUILD)/generate: $(GENERATOR) $(wildcard passes/ir/generate/*.h) passes/languages.def
	@mkdir -p $(@D)
	@$(CC) -std=c11 $(WARN) -O1 -o $@ $(GENERATOR)

$(BUILD)/syntax.h: $(BUILD)/generate
	@$< $@.tmp $(BUILD)/syntax.c.tmp && mv $(BUILD)/syntax.c.tmp $(BUILD)/syntax.c && mv $@.tmp $@

$(BUILD)/syntax.c: $(BUILD)/syntax.h

$(BUILD)/syntax.o: $(BUILD)/syntax.c $(BUILD)/heads.h
	@$(COMPILE) $(SANITIZE) -c -o $@ $<

# What the passes' files say about themselves, for slispc explain.
$(BUILD)/pass_headers.h: $(wildcard passes/*.c) driver/pass_headers.awk
	@mkdir -p $(@D)
	@awk -f driver/pass_headers.awk $(wildcard passes/*.c) > $@.tmp && mv $@.tmp $@

$(BUILD)/driver/explain.o: $(BUILD)/pass_headers.h

$(BUILD)/runtime/%.o: runtime/%.c
	@mkdir -p $(@D)
	@$(COMPILE) -fPIE -c -o $@ $<

$(BUILD)/%.o: %.c $(BUILD)/heads.h $(BUILD)/syntax.h
	@mkdir -p $(@D)
	@$(COMPILE) $(SANITIZE) -c -o $@ $<

-include $(COMPILER_OBJECTS:.o=.d) $(RUNTIME_OBJECTS:.o=.d)

# ---- tests: Python 3 with pytest; gdb, valgrind and clang where they are to be had

PYTEST = PYTHONDONTWRITEBYTECODE=1 SLISPC=$(abspath $(BUILD)/slispc) /usr/bin/python3 -m pytest -q -p no:cacheprovider

# As many tests at once as there are cores.
test: all tools
	$(PYTEST) -n auto tests

# Installs what the tests need when it is missing; without the optional tools their tests are skipped.
tools:
	@/usr/bin/python3 -c 'import pytest, xdist' 2>/dev/null || \
	    { apt-get update -q && apt-get install -y -q python3-pytest python3-pytest-xdist; }
	@for t in gdb:gdb valgrind:valgrind dot:graphviz; do command -v $${t%:*} >/dev/null || \
	    apt-get install -y -q $${t#*:} || echo "$${t#*:} is not to be had: its tests are skipped"; done

# Golden dumps: make dumps writes what the compiler gives now; read the difference before committing.
dumps: all
	SLISPC=$(abspath $(BUILD)/slispc) /usr/bin/python3 -B tests/renew_dumps.py

bench: all
	/usr/bin/python3 -B tests/bench/run.py --slispc $(abspath $(BUILD)/slispc) -p slispc,c-O2

# Random functions through allocator and verifier: right ones, then each fault.
# Then random programs, every form of each compared: FUZZ of them, what fails is left in $(BUILD)/fuzz.
SOAK = 100000
FUZZ = 20000
soak: all
	$(BUILD)/slispc soak --n=$(SOAK)
	$(BUILD)/slispc soak --n=$$(($(SOAK) / 50)) --mutate
	mkdir -p $(BUILD)/fuzz && $(BUILD)/slispc fuzz --n=$(FUZZ) -o $(BUILD)/fuzz
	SLISP_ARGUMENTS=1000000 $(PYTEST) tests/test_arguments.py

# The tables of mutants in docs/verifier.md.
verify-report: all
	SLISPC=$(abspath $(BUILD)/slispc) /usr/bin/python3 -B tests/verify_report.py

# The table of what grows, in docs/limits.md; takes minutes.
limits: all
	SLISPC=$(abspath $(BUILD)/slispc) /usr/bin/python3 -B tests/limits/measure.py

# The table of what the tests use, in docs/testing.md.
coverage: all
	SLISPC=$(abspath $(BUILD)/slispc) /usr/bin/python3 -B tests/test_coverage.py

# Mistakes in the back end's C files, one at a time: which of them no program shows. The table of
# docs/testing.md; MUTANTS=--again=survives tries those again that nothing showed the last time.
MUTANTS =
mutants: all
	/usr/bin/python3 -B tests/mutate/mutants.py $(MUTANTS)

clean:
	rm -rf $(BUILD)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib
	install $(BUILD)/slispc $(DESTDIR)$(PREFIX)/bin/
	install -m 644 $(BUILD)/libslisp.a $(DESTDIR)$(PREFIX)/lib/

include tests/afl/afl.mk

.PHONY: all test tools dumps bench soak verify-report coverage limits mutants clean install
