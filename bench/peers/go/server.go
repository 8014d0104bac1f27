// The chat server of many a tutorial, on gorilla/websocket: a map of clients, a channel of
// messages, and one goroutine that writes each message to everybody else.
package main

import (
	"log"
	"net/http"
	"os"
	"sync"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
)

type Message struct {
	Message string `json:"message"`
	UID     string `json:"uid"`

	from *websocket.Conn
}

var (
	mutex     sync.Mutex // the tutorials leave it out, and die of concurrent map writes
	clients   = make(map[*websocket.Conn]bool)
	broadcast = make(chan Message)
	upgrader  = websocket.Upgrader{}
)

func handleConnection(w http.ResponseWriter, r *http.Request) {
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer ws.Close()
	uid := uuid.NewString()
	mutex.Lock()
	clients[ws] = true
	mutex.Unlock()
	for {
		msg := Message{}
		if err := ws.ReadJSON(&msg); err != nil {
			mutex.Lock()
			delete(clients, ws)
			mutex.Unlock()
			return
		}
		msg.UID, msg.from = uid, ws
		broadcast <- msg
	}
}

func handleMessages() {
	for msg := range broadcast {
		mutex.Lock()
		for client := range clients {
			if client != msg.from && client.WriteJSON(msg) != nil {
				client.Close()
				delete(clients, client)
			}
		}
		mutex.Unlock()
	}
}

func main() {
	http.HandleFunc("/ws", handleConnection)
	go handleMessages()
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
