#!/usr/bin/env bash
# Measures MailAdmin beside Postfix and Dovecot in one run, over the wire, everything durable, and prints medians.
#   compare.sh [smtp] [relay] [append] [imap] [cold] [select] [pop3] [stress] [idle]     (default: all; imap, cold and pop3 fill their mailbox with append)
# Needs root, Debian's postfix, dovecot-imapd and dovecot-pop3d, and a quiet machine. Everything listens on 127.0.0.1; COUNT=20000 messages.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d) count=${COUNT:-20000} what=" ${*:-smtp relay append imap cold select pop3 stress idle} "
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

  for i in $(seq 1 100); do echo "user$i@bench.test user$i/"; done > "$work/postfix/boxes"
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
  for i in $(seq 1 102); do echo "user$i@bench.test:{PLAIN}benchmark-1:$uid:$gid::$work/mail/user$i"; done > "$work/users"
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
  local make='1..102 | ForEach-Object { $null = New-Mailbox "user$_@bench.test" -Password benchmark-1 }
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
delivered() { find "$work/maildir" -path '*/new/*' -type f | wc -l; }

# Seconds until all are in the mailbox. Here a 250 means just that; Postfix has queued by then and goes on.
deliver_postfix() {
  local before start; before=$(delivered); start=$(date +%s.%N)
  smtp-source -s 20 -l "$1" -m "$2" -f a@example.com -t user1@bench.test inet:127.0.0.1:3025
  until [ $(($(delivered) - before)) -ge "$2" ]; do sleep 0.05; done
  echo "$start $(date +%s.%N) $2" | awk '{printf "%.0f\n", $3 / ($2 - $1)}'
}
deliver_ours() {
  local start; start=$(date +%s.%N)
  smtp-source -s 20 -l "$1" -m "$2" -f a@example.com -t user1@bench.test inet:127.0.0.1:4025
  echo "$start $(date +%s.%N) $2" | awk '{printf "%.0f\n", $3 / ($2 - $1)}'
}

# Seconds from the first injection until the sink has all: 20 sessions bring them, the relay sends them on. The sink writes how many it has, over and over in one line.
sunk() { tr '\r' '\n' < "$work/sink.log" | sed -n 's/.*mesg=\([0-9]*\).*/\1/p' | tail -1; }
relay() { # port, recipient, size, count
  : > "$work/sink.log"
  smtp-sink -u bench -c 127.0.0.1:5025 1000 > "$work/sink.log" 2>&1 & sink=$!
  sleep 0.3
  local start; start=$(date +%s.%N)
  smtp-source -s 20 -l "$3" -m "$4" -f a@example.com -t "$2" "inet:127.0.0.1:$1"
  until [ "$(sunk)" -ge "$4" ] 2>/dev/null; do sleep 0.1; done
  echo "$start $(date +%s.%N) $4" | awk '{printf "%.0f\n", $3 / ($2 - $1)}'
  kill "$sink"; wait "$sink" 2>/dev/null || true; sink=
}

peers; ours
echo "machine: $(nproc) cores, $(uname -sr), $(date -u +%F)"

if has smtp; then
  for row in "4096 5000" "65536 1500" "1048576 150"; do
    set -- $row
    deliver_ours "$1" 500 >/dev/null
    theirs=$(for _ in 1 2 3; do deliver_postfix "$1" "$2"; done | median)
    # So many more that a run of ours takes about as long.
    mine=$(for _ in 1 2 3; do deliver_ours "$1" $(($2 * 4)); done | median)
    echo "SMTP delivery, 20 sessions, $1 octets: Postfix $theirs/s, MailAdmin $mine/s, ratio $(awk "BEGIN {printf \"%.1f\", $mine / $theirs}")"
  done
fi

if has relay; then
  relay 4025 relay@bench.test 4096 1000 >/dev/null
  theirs=$(for _ in 1 2 3; do relay 3025 x@remote.test 4096 10000; done | median)
  mine=$(for _ in 1 2 3; do relay 4025 relay@bench.test 4096 10000; done | median)
  echo "relay of 10,000 to a sink, 20 sessions, 4096 octets: Postfix $theirs/s, MailAdmin $mine/s, ratio $(awk "BEGIN {printf \"%.1f\", $mine / $theirs}")"
fi

both() { # name, verb, Dovecot's port, ours, further options
  local name=$1 verb=$2 theirs=$3 mine=$4; shift 4
  echo "--- $name: Dovecot"; "$bench" "$verb" --port "$theirs" "$@"
  echo "--- $name: MailAdmin"; "$bench" "$verb" --port "$mine" "$@"
}

account=(--user user101@bench.test --password benchmark-1) all=(--user 'user{0}@bench.test' --password benchmark-1 --users 100)
if has append || has imap || has cold || has pop3; then
  both "APPEND, waiting for each OK" wire-append 3143 4143 --user user102@bench.test --password benchmark-1 --count 2000
  both "APPEND, 20 at a time" wire-append 3143 4143 "${account[@]}" --count "$count" --window 20
fi
if has imap; then
  # A mailbox that has settled: what a server does once no mail comes it has done.
  sleep "${SETTLE:-20}"
  both "FETCH and SEARCH over $count messages" wire-imap 3143 4143 "${account[@]}"
fi
cold_theirs=() cold_mine=()
if has cold; then
  for _ in 1 2 3; do
    anew
    drop_caches; cold_theirs+=("$("$bench" wire-imap --port 3143 "${account[@]}" --only envelope --reps 1 | awk '$1 == "envelope" {print $2}')")
    drop_caches; cold_mine+=("$("$bench" wire-imap --port 4143 "${account[@]}" --only envelope --reps 1 | awk '$1 == "envelope" {print $2}')")
  done
  echo "FETCH 1:* (FLAGS ENVELOPE BODYSTRUCTURE), all caches cold: Dovecot $(printf '%s\n' "${cold_theirs[@]}" | median) ms, MailAdmin $(printf '%s\n' "${cold_mine[@]}" | median) ms"
fi
if has select; then
  both "filling a folder of 100,000" wire-select 3143 4143 --user user102@bench.test --password benchmark-1 --fill 100000 --fill-only
  anew
  both "SELECT of it, the first of the server's life and again" wire-select 3143 4143 --user user102@bench.test --password benchmark-1
  anew
  both "SELECT of it, first after one of INBOX, and again" wire-select 3143 4143 --user user102@bench.test --password benchmark-1 --warm
fi
has pop3 && both "POP3 RETR" wire-pop3 3110 4110 "${account[@]}"
if has stress; then
  both "stress, sessions kept" wire-stress 3143 4143 "${all[@]}" --seconds 15
  both "stress, login every round" wire-stress 3143 4143 "${all[@]}" --seconds 15 --relogin
fi
if has idle; then
  dovecot=$(cat "$work/run/master.pid")
  echo "--- idle IMAP connection: Dovecot"; "$bench" wire-idle --pid "$dovecot" --port 3143 "${all[@]}" --count 500
  echo "--- idle IMAP connection: MailAdmin"; "$bench" wire-idle --pid "$server" --port 4143 "${all[@]}" --count 2000
  echo "--- idle IMAP connection, TLS: MailAdmin"; "$bench" wire-idle --pid "$server" --port 4993 "${all[@]}" --count 1000 --tls
fi
