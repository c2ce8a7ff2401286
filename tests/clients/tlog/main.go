// Reads a whole log that is served as C2SP tlog-tiles with the implementation of Go's own checksum database
// (golang.org/x/mod/sumdb): an opinion on our tiles by code that is not ours.
//
//	tlog-check https://host/prefix VKEY [TOKEN]
//	tlog-check FOLDER VKEY
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type log struct{ prefix, token string }

func (l log) get(path string) ([]byte, error) {
	if !strings.HasPrefix(l.prefix, "http") {
		return os.ReadFile(filepath.Join(l.prefix, path))
	}
	request, err := http.NewRequest("GET", l.prefix+"/"+path, nil)
	if err != nil {
		return nil, err
	}
	if l.token != "" {
		request.Header.Set("Authorization", "Bearer "+l.token)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != 200 {
		return nil, fmt.Errorf("%s: %s", path, answer.Status)
	}
	return io.ReadAll(answer.Body)
}

// tlog.TileReader. Its paths name the height of tiles, which tlog-tiles leaves out.
func (l log) Height() int { return 8 }
func (l log) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range tiles {
		data, err := l.get("tile/" + strings.TrimPrefix(tile.Path(), "tile/8/"))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}
func (l log) SaveTiles([]tlog.Tile, [][]byte) {}

func (l log) tree(vkey string) (tlog.Tree, error) {
	signed, err := l.get("checkpoint")
	if err != nil {
		return tlog.Tree{}, err
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("not a checkpoint of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tlog.Tree{}, fmt.Errorf("no root")
	}
	out := tlog.Tree{N: size}
	copy(out.Hash[:], root)
	return out, nil
}

// bundle compares the entries of one bundle with hashes that the tree has proven.
func (l log) bundle(tree tlog.Tree, hashes tlog.HashReader, first int64) error {
	count := tree.N - first
	path := tlog.Tile{H: 8, L: 0, N: first / 256, W: 256}.Path()
	if count >= 256 {
		count = 256
	} else {
		path += fmt.Sprintf(".p/%d", count)
	}
	data, err := l.get("tile/entries/" + strings.TrimPrefix(path, "tile/8/0/"))
	if err != nil {
		return err
	}
	var indexes []int64
	for i := int64(0); i < count; i++ {
		indexes = append(indexes, tlog.StoredHashIndex(0, first+i))
	}
	proven, err := hashes.ReadHashes(indexes)
	if err != nil {
		return err
	}
	for i := range proven {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return fmt.Errorf("record %d is cut off", first+int64(i))
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		if tlog.RecordHash(data[2:end]) != proven[i] {
			return fmt.Errorf("record %d is not the one that was signed", first+int64(i))
		}
		data = data[end:]
	}
	if len(data) > 0 {
		return fmt.Errorf("the bundle of record %d has more behind it", first)
	}
	return nil
}

func run() error {
	if len(os.Args) < 3 {
		return fmt.Errorf("usage: tlog-check PLACE VKEY [TOKEN]")
	}
	from := log{prefix: os.Args[1]}
	if len(os.Args) > 3 {
		from.token = os.Args[3]
	}
	tree, err := from.tree(os.Args[2])
	if err != nil {
		return err
	}
	hashes := tlog.TileHashReader(tree, from)
	for first := int64(0); first < tree.N; first += 256 {
		if err := from.bundle(tree, hashes, first); err != nil {
			return err
		}
	}
	fmt.Println(tree.N)
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "tlog-check:", err)
		os.Exit(1)
	}
}
