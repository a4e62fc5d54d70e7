// Taizhang keeps a district's register of government IT projects: it checks,
// reviews, builds and serves the documents in this repository.
package main

import (
	"os"

	"taizhang/tools/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.System()))
}
