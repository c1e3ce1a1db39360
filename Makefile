# Each line can be typed by hand. `make run` and `make test` install what is missing on Debian and Ubuntu.
.NOTPARALLEL:
.PHONY: run test check bench e2e pictures dist bindings pages clean

# In CI the versions of Cargo.lock are taken as they are.
LOCKED := $(if $(CI),--locked)
# rustup puts cargo where a fresh shell may not look yet.
export PATH := $(HOME)/.cargo/bin:$(PATH)

# Opens the window, or processes the bundled sample where there is no display.
run:
	scripts/run.sh

# Runs all tests, the real window among them.
test:
	scripts/install.sh cli window speech test node
	$(MAKE) pages
	cd ui && npm test
	cd ui && npm run test:browser
	cargo test --workspace --no-fail-fast $(LOCKED)

# Format, lints and types.
check:
	scripts/install.sh cli window node
	$(MAKE) ui/node_modules/.installed
	cargo fmt --all --check
	cargo clippy --workspace --all-targets $(LOCKED) -- -D warnings
	cd ui && npm run lint
	cd ui && npm run check

bench:
	scripts/install.sh cli speech test
	cargo bench --workspace --exclude debrief-desktop

# The real window only.
e2e:
	scripts/install.sh cli window speech test node
	$(MAKE) pages
	cargo test --package debrief-desktop --test desktop

# Writes the pictures in docs/ anew, from the real window.
pictures:
	scripts/install.sh cli window speech test pictures node
	$(MAKE) pages
	cargo test --package debrief-desktop --test desktop -- --ignored pictures

# The package for this system, in target/release/bundle. It runs on other processors than this one, too: those with AVX2.
dist: export TRANSCRIBE_CMAKE_ARGS := -DGGML_NATIVE=OFF
dist:
	scripts/install.sh cli window node
	$(MAKE) ui/node_modules/.installed
	npx --yes @tauri-apps/cli@2.12.5 build $(if $(filter Linux,$(shell uname -s)),--bundles deb)

# Writes ui/src/backend/bindings.ts anew after a change of a command or of a type that the window sees.
bindings:
	UPDATE_BINDINGS=1 cargo test --package debrief-desktop --lib bindings

# The pages of the window. A placeholder has no assets.
pages: ui/dist/assets

ui/dist/assets: ui/node_modules/.installed $(shell find ui/src ui/public ui/index.html ui/*.ts ui/*.js ui/*.json -type f 2>/dev/null)
	cd ui && npm run build

ui/node_modules/.installed: ui/package-lock.json
	cd ui && npm ci --no-audit --no-fund
	touch $@

clean:
	cargo clean
	rm -rf gen ui/dist ui/dist-browser-test ui/node_modules crates/sandbox/tests/foreign/node_modules
