// A chat client on gorilla/websocket; the line protocol of client.py.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

var lock sync.Mutex

func say(line string) {
	lock.Lock()
	defer lock.Unlock()
	fmt.Println(line)
}

func receive(conn *websocket.Conn, done chan<- bool) {
	defer close(done)
	for {
		kind, data, err := conn.ReadMessage()
		if err != nil {
			code := 1006
			var closed *websocket.CloseError
			if errors.As(err, &closed) {
				code = closed.Code
			}
			say("closed " + strconv.Itoa(code))
			return
		}
		if kind != websocket.TextMessage {
			data = []byte("(binary)")
		}
		quoted, _ := json.Marshal(string(data))
		say("got " + string(quoted))
	}
}

func main() {
	dialer := *websocket.DefaultDialer
	dialer.EnableCompression = true // the other two offer it by themselves
	conn, _, err := dialer.Dial(os.Args[1], nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, "dial:", err)
		os.Exit(1)
	}
	conn.SetPongHandler(func(string) error { say("pong"); return nil })
	say("open")
	done := make(chan bool)
	go receive(conn, done)
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<22)
	for in.Scan() {
		order, rest, _ := strings.Cut(in.Text(), " ")
		switch order {
		case "send":
			var text string
			if err = json.Unmarshal([]byte(rest), &text); err == nil {
				err = conn.WriteJSON(map[string]string{"message": text})
			}
		case "ping":
			err = conn.WriteControl(websocket.PingMessage, []byte("interop"), time.Now().Add(time.Second))
		case "close":
			code, _ := strconv.Atoi(rest)
			err = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, order+":", err)
			os.Exit(1)
		}
	}
	<-done
	conn.Close()
}
