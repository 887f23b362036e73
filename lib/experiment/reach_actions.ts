/** Bits of the actions of the reach task, by outcome and spout */
export const reachActions = {
  missed_left: 0,
  missed_right: 1,
  correct_left: 2,
  correct_right: 3,
  incorrect_left: 4,
  incorrect_right: 5,
} as const;
