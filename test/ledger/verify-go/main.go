// Verifies an exported ledger with Go's own transparency-log packages, which share no code with ours.
//
// The folder given holds checkpoint, older (an earlier checkpoint), vkey, tile/... and receipts.json with
// the proofs that the ledger made. Exit status 0: everything holds.
package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type receipts struct {
	Inclusion []struct {
		Index int64
		Proof []tlog.Hash
	}
	Consistency []tlog.Hash
}

func main() {
	directory := os.Args[1]
	tree := openCheckpoint(directory, "checkpoint")
	older := openCheckpoint(directory, "older")
	hashes := tlog.TileHashReader(tree, tiles{directory})
	leaves := checkEntries(directory, tree, hashes)

	root, err := tlog.TreeHash(tree.N, hashes)
	must(err)
	if root != tree.Hash {
		fail("the root of the tiles is %v, the checkpoint says %v", root, tree.Hash)
	}

	var given receipts
	must(json.Unmarshal(read(directory, "receipts.json"), &given))
	for _, receipt := range given.Inclusion {
		must(tlog.CheckRecord(receipt.Proof, tree.N, tree.Hash, receipt.Index, leaves[receipt.Index]))
		proof, err := tlog.ProveRecord(tree.N, receipt.Index, hashes)
		must(err)
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, receipt.Index, leaves[receipt.Index]))
	}
	must(tlog.CheckTree(given.Consistency, tree.N, tree.Hash, older.N, older.Hash))
	proof, err := tlog.ProveTree(tree.N, older.N, hashes)
	must(err)
	must(tlog.CheckTree(proof, tree.N, tree.Hash, older.N, older.Hash))
	fmt.Printf("%d entries, %d inclusion proofs, consistent since %d\n", tree.N, len(given.Inclusion), older.N)
}

// openCheckpoint verifies the signature of a checkpoint. Its body is origin, size and root (C2SP).
func openCheckpoint(directory, name string) tlog.Tree {
	verifier, err := note.NewVerifier(strings.TrimSpace(string(read(directory, "vkey"))))
	must(err)
	opened, err := note.Open(read(directory, name), note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		fail("not a checkpoint of %s: %q", verifier.Name(), opened.Text)
	}
	// Go's own format of a tree has another first line and is the same otherwise.
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + lines[1] + "\n" + lines[2] + "\n"))
	must(err)
	return tree
}

// checkEntries reads every bundle and compares each entry's hash with the authenticated tiles.
func checkEntries(directory string, tree tlog.Tree, hashes tlog.HashReader) []tlog.Hash {
	leaves := make([]tlog.Hash, 0, tree.N)
	indexes := make([]int64, 0, tree.N)
	for start := int64(0); start < tree.N; start += 256 {
		width := min(256, tree.N-start)
		tile := tlog.Tile{H: 8, L: 0, N: start / 256, W: int(width)}
		bundle := read(directory, strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1))
		for len(bundle) > 0 {
			entry, rest := firstEntry(bundle)
			indexes = append(indexes, tlog.StoredHashIndex(0, int64(len(leaves))))
			leaves = append(leaves, tlog.RecordHash(entry))
			bundle = rest
		}
	}
	if int64(len(leaves)) != tree.N {
		fail("the bundles hold %d entries, the checkpoint says %d", len(leaves), tree.N)
	}
	stored, err := hashes.ReadHashes(indexes)
	must(err)
	for index, hash := range stored {
		if hash != leaves[index] {
			fail("entry %d is not the one in the tree", index)
		}
	}
	return leaves
}

// firstEntry splits a bundle after its first entry, which comes after its length as a big-endian uint16.
func firstEntry(bundle []byte) (entry, rest []byte) {
	if len(bundle) >= 2 {
		end := 2 + int(binary.BigEndian.Uint16(bundle))
		if end <= len(bundle) {
			return bundle[2:end], bundle[end:]
		}
	}
	fail("a bundle ends within an entry")
	return nil, nil
}

// tiles reads the tiles of a folder. Go writes the tile height into paths (tile/8/0/...), C2SP does not.
type tiles struct{ directory string }

func (tiles) Height() int { return 8 }

func (reader tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	contents := make([][]byte, len(wanted))
	for index, tile := range wanted {
		contents[index] = read(reader.directory, strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
	}
	return contents, nil
}

func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func read(directory, name string) []byte {
	content, err := os.ReadFile(filepath.Join(directory, filepath.FromSlash(name)))
	must(err)
	return content
}

func must(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func fail(format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
	os.Exit(1)
}
