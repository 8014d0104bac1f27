<?php
/* Visitors are matched to agents: php -d extension=chatroom examples/customer-service.php [ws://HOST:PORT/PATH]
 *
 * A visitor connects with ?as=visitor, an agent with ?as=agent&key=... Each visitor gets a room of its own and the agent
 * with the fewest visitors; with no agent there, it waits in a queue and is told its place. When the agent goes, its
 * visitors are matched again. History is kept, so the next agent can read what was said. */

$key = getenv('AGENT_KEY') ?: 'secret';
$chat = new Chatroom($argv[1] ?? 'ws://127.0.0.1:8080/ws', ['history_ttl' => 3600, 'presence_grace' => 30]);

$agents = [];  // uid => number of visitors
$served = [];  // visitor's uid => agent's uid
$queue = [];   // visitors' uids, the longest waiting first

$room_of = fn (string $visitor): string => "visit:$visitor";

$chat->onHandshake(function (Chatroom\Request $request) use ($key): int|array {
    return match ($request->query('as')) {
        'visitor' => ['data' => 'visitor', 'name' => 'Visitor'],
        'agent' => hash_equals($key, $request->query('key') ?? '') ? ['data' => 'agent', 'name' => 'Agent'] : 403,
        default => 400,
    };
});

// clients do not choose rooms here: the lobby is all they may ask for
$chat->onJoin(fn (Chatroom\Client $client, string $room): bool => $room === 'lobby');

$match = function () use ($chat, &$agents, &$served, &$queue, $room_of): void {
    while ($queue && $agents) {
        asort($agents);
        $agent = array_key_first($agents);
        $visitor = array_shift($queue);
        $agents[$agent]++;
        $served[$visitor] = $agent;
        foreach ([$agent, $visitor] as $uid) {
            $chat->join($uid, $room_of($visitor));
            $chat->leave($uid, 'lobby'); // a client that speaks basic talks to the room it is in longest
        }
        $chat->sendToRoom($room_of($visitor), 'An agent is here. How can we help?');
    }
    foreach ($queue as $place => $visitor) {
        $chat->sendTo($visitor, 'All agents are busy. You are number ' . ($place + 1) . '.');
    }
};

$chat->onOpen(function (Chatroom\Client $client) use (&$agents, &$queue, $match): void {
    if ($client->data === 'agent') {
        $agents[$client->uid] = 0;
    } else {
        $queue[] = $client->uid;
    }
    $match();
});

// what is said in the lobby is for nobody; a room of its own carries the conversation
$chat->onMessage(function (Chatroom\Client $client, Chatroom\Message $message): ?bool {
    return $message->room === 'lobby' ? false : null;
});

$chat->onClose(function (Chatroom\Client $client) use ($chat, &$agents, &$served, &$queue, $match, $room_of): void {
    if (isset($agents[$client->uid])) {
        unset($agents[$client->uid]);
        $visitors = array_keys($served, $client->uid, true);
        $queue = [...$visitors, ...$queue]; // they have waited long enough
        foreach ($visitors as $visitor) {
            unset($served[$visitor]);
            $chat->sendToRoom($room_of($visitor), 'Your agent had to leave. The next one is on the way.');
        }
    } elseif (isset($served[$client->uid])) {
        $agent = $served[$client->uid];
        $agents[$agent]--;
        unset($served[$client->uid]);
        $chat->sendToRoom($room_of($client->uid), 'The visitor has left.');
        $chat->leave($agent, $room_of($client->uid));
    }
    $queue = array_values(array_diff($queue, [$client->uid]));
    $match();
});

$chat->onStart(function (Chatroom $chat) use ($key): void {
    $address = $chat->stats()['listen'][0];
    echo "An agent connects to $address?as=agent&key=$key, a visitor to $address?as=visitor.\n";
});
$chat->run();
