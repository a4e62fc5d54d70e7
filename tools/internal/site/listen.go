package site

import (
	"errors"
	"net"
	"strconv"
	"syscall"

	"taizhang/tools/internal/finding"
)

// DefaultAddr is where a site is shown when nobody asks for another place:
// this machine alone can reach it.
const DefaultAddr = "localhost:1313"

// Listen opens addr for [Server.Serve]. An empty addr means [DefaultAddr] or,
// where that is taken, one of the next twenty ports; the note then says so. An
// addr that was asked for and is taken is an error that says how to go on.
func Listen(addr string) (ln net.Listener, note *finding.Text, err error) {
	if addr != "" {
		ln, err := net.Listen("tcp", addr)
		return ln, nil, listenError(err, addr)
	}
	ln, err = net.Listen("tcp", DefaultAddr)
	if err == nil || !taken(err) {
		return ln, nil, listenError(err, DefaultAddr)
	}
	host, port, _ := net.SplitHostPort(DefaultAddr)
	first, _ := strconv.Atoi(port)
	for p := first + 1; p <= first+20; p++ {
		ln, next := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(p)))
		if next == nil {
			t := text("端口 %d 已被占用，改用 %d", "port %d is in use; using %d instead", first, p)
			return ln, &t, nil
		}
	}
	return nil, nil, listenError(err, DefaultAddr)
}

// winsockInUse is WSAEADDRINUSE, which package syscall does not name.
const winsockInUse = syscall.Errno(10048)

func taken(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, winsockInUse)
}

func listenError(err error, addr string) error {
	if err == nil {
		return nil
	}
	_, port, splitErr := net.SplitHostPort(addr)
	switch n, _ := strconv.Atoi(port); {
	case splitErr != nil:
		return fail(err, "地址 %q 应写成 主机:端口，例如 %s", "address %q must be host:port, for example %s", addr, DefaultAddr)
	case taken(err):
		return fail(err, "端口 %s 已被占用；请关掉占用它的程序，或换一个：--addr localhost:%d",
			"port %s is in use: stop the program that holds it, or choose another with --addr localhost:%d", port, n%65535+1)
	case errors.Is(err, syscall.EACCES):
		return fail(err, "没有权限使用端口 %s；请用 1024 以上的端口，例如 --addr %s",
			"no permission for port %s: choose one above 1024, for example --addr %s", port, DefaultAddr)
	}
	return fail(err, "无法在 %s 提供服务，请检查主机名和端口", "cannot listen on %s: check host and port", addr)
}
