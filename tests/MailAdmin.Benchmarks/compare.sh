#!/usr/bin/env bash
# Measures MailAdmin beside Postfix and Dovecot in one run, over the wire, everything durable, both in turn, and prints medians.
#   compare.sh [smtp] [relay] [append] [imap] [cold] [select] [pop3] [stress] [idle]     (default: all; imap, cold and pop3 fill their mailbox with append)
# Needs root, Debian's postfix, dovecot-imapd and dovecot-pop3d, a C compiler for one row, and a quiet machine. Everything listens on 127.0.0.1.
# COUNT=20000 messages, PASSES=3 of each side.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d) count=${COUNT:-20000} passes=${PASSES:-3} what=" ${*:-smtp relay append imap cold select pop3 stress idle} "
bench=tests/MailAdmin.Benchmarks/bin/Release/net10.0/MailAdmin.Benchmarks
mailadmin=src/MailAdmin.Console/bin/Release/net10.0/mailadmin
chmod 755 "$work"

dotnet build src/MailAdmin.Console -c Release -v q -clp:ErrorsOnly -nologo
dotnet build tests/MailAdmin.Benchmarks -c Release -v q -clp:ErrorsOnly -nologo

finish() {
  [ -z "${server:-}" ] || kill "$server" 2>/dev/null || true
  [ -z "${sink:-}" ] || kill "$sink" 2>/dev/null || true
  postfix -c "$work/postfix" stop >/dev/null 2>&1 || true
  doveadm -c "$work/dovecot.conf" stop >/dev/null 2>&1 || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

peers() {
  mkdir -p "$work"/{postfix,queue,data,run,mail,maildir}
  getent passwd bench >/dev/null || useradd --system --shell /usr/sbin/nologin bench
  local uid gid; uid=$(id -u bench); gid=$(id -g bench)
  chown bench "$work/mail" "$work/maildir"; chown postfix "$work/data"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null

  for i in $(seq 1 107); do echo "user$i@bench.test user$i/"; done > "$work/postfix/boxes"
  cat > "$work/postfix/main.cf" <<CF
compatibility_level = 3.6
queue_directory = $work/queue
data_directory = $work/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = bench.test
mydestination =
virtual_mailbox_domains = bench.test
virtual_mailbox_base = $work/maildir
virtual_mailbox_maps = texthash:$work/postfix/boxes
virtual_minimum_uid = 1
virtual_uid_maps = static:$uid
virtual_gid_maps = static:$gid
smtpd_relay_restrictions = permit_mynetworks, reject
maillog_file = $work/queue.log
maillog_file_prefixes = $work
disable_dns_lookups = yes
relayhost = [127.0.0.1]:5025
CF
  awk '/^[# \t]/ || NF < 8 {print; next} {$5 = "n"; if ($1 == "smtp" && $2 == "inet") $1 = "127.0.0.1:3025"; print}' /usr/share/postfix/master.cf.dist > "$work/postfix/master.cf"
  for i in $(seq 1 107); do echo "user$i@bench.test:{PLAIN}benchmark-1:$uid:$gid::$work/mail/user$i"; done > "$work/users"
  cat > "$work/dovecot.conf" <<CF
base_dir = $work/run
log_path = $work/dovecot.log
protocols = imap pop3
listen = 127.0.0.1
ssl = yes
ssl_cert = <$work/cert.pem
ssl_key = <$work/key.pem
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = sdbox:~/box
mail_max_userip_connections = 20000
passdb {
  driver = passwd-file
  args = $work/users
}
userdb {
  driver = passwd-file
  args = $work/users
}
service imap-login {
  service_count = 0
  client_limit = 4000
  inet_listener imap {
    port = 3143
  }
  inet_listener imaps {
    port = 3993
  }
}
service pop3-login {
  inet_listener pop3 {
    port = 3110
  }
  inet_listener pop3s {
    port = 0
  }
}
service imap {
  process_limit = 4000
}
CF
  postfix -c "$work/postfix" start >"$work/postfix.log" 2>&1 || { cat "$work/postfix.log" "$work"/queue.log; exit 1; }
  dovecot -c "$work/dovecot.conf"
}

ours() {
  local make='1..107 | ForEach-Object { $null = New-Mailbox "user$_@bench.test" -Password benchmark-1 }
$null = New-MailRoute sink 127.0.0.1 -Port 5025
$null = New-MailAlias relay@bench.test x@remote.test'
  # Routes, aliases and mailboxes are in the store; what Set-MailServer sets is the server's.
  [ ! -d "$work/store" ] || make=''
  cat > "$work/serve.ps1" <<PS
\$null = Start-MailServer -Name bench -StorePath '$work/store' -PortOffset 4000 -Domain bench.test
Set-MailServer -OutboundMail Relay
$make
[Console]::Out.WriteLine('ready')
while (\$true) { [Threading.Thread]::Sleep(1000) }
PS
  "$mailadmin" -File "$work/serve.ps1" > "$work/serve.log" 2>&1 &
  server=$!
  until grep -q ready "$work/serve.log"; do kill -0 "$server" || { cat "$work/serve.log"; exit 1; }; sleep 0.2; done
}

# Both servers anew. What they cached is gone; drop_caches takes the page cache too.
anew() {
  kill "$server"; wait "$server" 2>/dev/null || true; server=
  doveadm -c "$work/dovecot.conf" stop; while pgrep -F "$work/run/master.pid" >/dev/null 2>&1; do sleep 0.1; done
  dovecot -c "$work/dovecot.conf"; ours
}
drop_caches() { sync; echo 3 > /proc/sys/vm/drop_caches; }

has() { [[ $what == *" $1 "* ]]; }
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
row() { # what, unit, their figures, ours: medians and what all passes gave
  local theirs mine; theirs=$(tr ' ' '\n' <<<"$3" | median); mine=$(tr ' ' '\n' <<<"$4" | median)
  awk -v what="$1" -v unit="$2" -v t="$theirs" -v m="$mine" -v ts="$3" -v ms="$4" \
    'BEGIN {printf "%-72s peer %9s  MailAdmin %9s %-6s ratio %6.3g   (%s | %s)\n", what, t, m, unit, m / t, ts, ms}'
}
in_turn() { # what, unit, a function that is called with "theirs" or "mine", the number of the pass, and the arguments that follow
  local what=$1 unit=$2 measure=$3 theirs=() mine=() pass; shift 3
  for pass in $(seq "$passes"); do
    theirs+=("$("$measure" theirs "$pass" "$@")"); mine+=("$("$measure" mine "$pass" "$@")")
  done
  row "$what" "$unit" "${theirs[*]}" "${mine[*]}"
}
rate() { awk -v start="$1" -v count="$2" -v end="$(date +%s.%N)" 'BEGIN {printf "%.0f\n", count / (end - start)}'; }

# Messages a second until all are in the mailbox. Ours says 250 when they are; Postfix has queued by then and goes on.
delivered() { find "$work/maildir" -path '*/new/*' -type f | wc -l; }
inject() { # size, messages, port, recipient, smtp-source's option -d: sessions are kept, without it each message is a connection
  # shellcheck disable=SC2086
  smtp-source ${5:-} -s 20 -l "$1" -m "$2" -f a@example.com -t "${4:-user107@bench.test}" "inet:127.0.0.1:$3"
}
deliver() { # side, pass, size, messages, option: four times as many to us, that a pass takes both about as long
  local before start; before=$(delivered); start=$(date +%s.%N)
  if [ "$1" = mine ]; then
    inject "$3" $(($4 * 4)) 4025 '' "${5:-}"; rate "$start" $(($4 * 4))
  else
    inject "$3" "$4" 3025 '' "${5:-}"
    until [ $(($(delivered) - before)) -ge "$4" ]; do sleep 0.05; done
    rate "$start" "$4"
  fi
}
# What the generator reaches against a server that keeps nothing, and against the least that keeps: a few lines of C, no mail server.
bounds() {
  local pass start none=() least=() floor
  smtp-sink -u bench -c 127.0.0.1:5025 1000 > /dev/null 2>&1 & sink=$!
  cc -O2 -o "$work/floor" tests/MailAdmin.Benchmarks/Wire/floor.c || return 0
  "$work/floor" 5026 "$work/floor.data" & floor=$!
  until (exec 3<>/dev/tcp/127.0.0.1/5026) 2>/dev/null; do sleep 0.2; done
  for pass in $(seq "$passes"); do
    start=$(date +%s.%N); inject 4096 20000 5025; none+=("$(rate "$start" 20000)")
    start=$(date +%s.%N); inject 4096 20000 5026; least+=("$(rate "$start" 20000)")
  done
  kill "$sink" "$floor"; wait "$sink" "$floor" 2>/dev/null || true; sink=
  rm "$work/floor.data"
  echo "the generator against smtp-sink, which keeps nothing: $(tr ' ' '\n' <<<"${none[*]}" | median)/s (${none[*]}); against floor.c, one thread, one file, the same flushes: $(tr ' ' '\n' <<<"${least[*]}" | median)/s (${least[*]})"
}

# Messages a second from the first injection until the sink has all: 20 sessions bring them, the relay sends them on. The sink writes how many it has, over and over in one line.
sunk() { tr '\r' '\n' < "$work/sink.log" | sed -n 's/.*mesg=\([0-9]*\).*/\1/p' | tail -1; }
relay() { # side, pass, messages
  local start sink port=3025 to=x@remote.test; [ "$1" = theirs ] || { port=4025; to=relay@bench.test; }
  : > "$work/sink.log"
  smtp-sink -u bench -c 127.0.0.1:5025 1000 > "$work/sink.log" 2>&1 & sink=$!
  sleep 0.3
  start=$(date +%s.%N)
  inject 4096 "$3" "$port" "$to"
  until [ "$(sunk)" -ge "$3" ] 2>/dev/null; do sleep 0.1; done
  rate "$start" "$3"
  kill "$sink"; wait "$sink" 2>/dev/null || true
}

port() { if [ "$1" = theirs ]; then echo "3$2"; else echo "4$2"; fi; }
user() { echo "--user user$1@bench.test --password benchmark-1"; }
append() { # side, pass, count, window, users, one a pass
  local users; read -ra users <<<"$5"
  # shellcheck disable=SC2046
  "$bench" wire-append --port "$(port "$1" 143)" $(user "${users[$2 - 1]}") --count "$3" --window "$4" | sed -n 's|.* = \([0-9]*\)/s .*|\1|p'
}
retrieve() { # side, pass, window
  # shellcheck disable=SC2046
  "$bench" wire-pop3 --port "$(port "$1" 110)" $(user 101) --reps 1 --window "$3" | sed -n 's|.*median \([0-9]*\)/s.*|\1|p'
}
stress() { # side, pass, options
  "$bench" wire-stress --port "$(port "$1" 143)" "${all[@]}" --seconds 15 ${3:-} | sed -n 's|.*: \([0-9]*\) commands/s, 0 errors|\1|p'
}
table() { # side: a line for each work
  # shellcheck disable=SC2046
  "$bench" wire-imap --port "$(port "$1" 143)" $(user 101) --reps "$passes" "${@:2}" | awk 'NR > 1 && NF == 4 {print $1, $2}'
}
selects() { # side, options: ms of the first and of the median of the next
  # shellcheck disable=SC2046
  "$bench" wire-select --port "$(port "$1" 143)" $(user 102) "${@:2}" | sed -n 's|.*first \([0-9.]*\) ms, again \([0-9.]*\) ms|\1 \2|p'
}
idle() { # pid, port, options
  "$bench" wire-idle --pid "$1" --port "$2" "${all[@]}" "${@:3}" | sed -n 's|.* = \(-*[0-9.]*\) KiB each|\1|p'
}

peers; ours
all=(--user 'user{0}@bench.test' --password benchmark-1 --users 100)
echo "machine: $(nproc) cores, $(uname -sr), $(date -u +%F)"

if has smtp; then
  for load in "4096 5000" "4096 5000 -d" "65536 1500" "1048576 150"; do
    # shellcheck disable=SC2086
    set -- $load
    # One pass that is not counted, to both.
    deliver theirs 0 "$@" > /dev/null; first=$(deliver mine 0 "$@")
    in_turn "SMTP delivery, 20 sessions, ${3:+kept, }$1 octets (our first pass: $first/s)" /s deliver "$@"
  done
  bounds
fi

if has relay; then
  relay mine 0 1000 > /dev/null
  in_turn "relay of 10,000 to a sink, 20 sessions, 4096 octets" /s relay 10000
fi

if has append || has imap || has cold || has pop3; then
  in_turn "APPEND of 2,000, waiting for each OK" /s append 2000 1 '102 103 104 105 106'
  in_turn "APPEND of $count, 20 at a time" /s append "$count" 20 '101 103 104 105 106'
fi
if has imap; then
  # A mailbox that has settled: what a server does once no mail comes it has done.
  sleep "${SETTLE:-20}"
  table theirs > "$work/theirs"; table mine > "$work/mine"
  while read -r name theirs mine; do row "over $count messages: $name" ms "$theirs" "$mine"; done < <(join <(sort "$work/theirs") <(sort "$work/mine"))
fi
if has cold; then
  theirs=() mine=()
  for _ in $(seq "$passes"); do
    anew
    drop_caches; theirs+=("$(table theirs --only envelope --reps 1 | awk '$1 == "envelope" {print $2}')")
    drop_caches; mine+=("$(table mine --only envelope --reps 1 | awk '$1 == "envelope" {print $2}')")
  done
  row "FETCH 1:* (FLAGS ENVELOPE BODYSTRUCTURE), all caches cold" ms "${theirs[*]}" "${mine[*]}"
fi
if has select; then
  for side in theirs mine; do selects "$side" --fill 100000 --fill-only; done
  for before in '' --warm; do
    first=([0]='' [1]='') again=([0]='' [1]='')
    for _ in $(seq "$passes"); do
      anew
      for i in 0 1; do
        # shellcheck disable=SC2086
        read -r one next < <(selects "$([ $i = 0 ] && echo theirs || echo mine)" $before); first[i]+=" $one"; again[i]+=" $next"
      done
    done
    row "SELECT of 100,000, the first$([ -z "$before" ] && echo ", of the server's life" || echo ' after one of INBOX')" ms "${first[0]# }" "${first[1]# }"
  done
  row "SELECT of 100,000, again" ms "${again[0]# }" "${again[1]# }"
fi
if has pop3; then
  in_turn "POP3 RETR of 5,000, one by one" /s retrieve 1
  in_turn "POP3 RETR of 5,000, 50 at a time" /s retrieve 50
fi
if has stress; then
  in_turn "IMAP stress, sessions kept" /s stress
  in_turn "IMAP stress, login every round" /s stress --relogin
fi
if has idle; then
  for tls in '' --tls; do
    theirs=() mine=()
    for _ in $(seq "$passes"); do
      # Memory is measured in servers that begin: what closed connections left would be used again. And that have settled: over all that was stored before, ours still computes.
      anew
      sleep "${SETTLE:-20}"
      # shellcheck disable=SC2086
      { theirs+=("$(idle "$(cat "$work/run/master.pid")" "$([ -z "$tls" ] && echo 3143 || echo 3993)" --count 300 $tls)")
        mine+=("$(idle "$server" "$([ -z "$tls" ] && echo 4143 || echo 4993)" --count 10000 --spread $tls)"); }
    done
    row "idle IMAP connection, selected, in IDLE; 300 there, 10,000 here${tls:+, TLS}" KiB "${theirs[*]}" "${mine[*]}"
  done
  "$bench" host --users 1 --port-offset 6000 < <(sleep 15) > "$work/host.log" & alone=$!
  sleep 10
  echo "server at rest, the server alone: $(awk '/VmRSS/ {printf "%.0f MB", $2 / 1024}' "/proc/$alone/status")"
  wait "$alone" || true
fi
