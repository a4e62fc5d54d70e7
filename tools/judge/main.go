//go:build js && wasm

// Command judge is the judge of the registry in a browser: WebAssembly that the
// worker of the form page runs (assets/js/judge-worker.js). It gives the worker
// one function, answer(op, params, blobs), and only passes on what that is given.
package main

import (
	"runtime/debug"
	"syscall/js"

	"taizhang/tools/internal/judge"
)

func main() {
	debug.SetGCPercent(400) // there is one thread, and little is alive
	var j judge.Judge
	answer := js.FuncOf(func(_ js.Value, args []js.Value) any {
		blobs := make([][]byte, args[2].Length())
		for i := range blobs {
			blob := args[2].Index(i)
			blobs[i] = make([]byte, blob.Length())
			js.CopyBytesToGo(blobs[i], blob)
		}
		return string(j.Answer(args[0].String(), []byte(args[1].String()), blobs...))
	})
	js.Global().Call("judgeReady", answer)
	select {} // until the worker ends
}
